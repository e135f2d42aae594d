// Writing: the text box, editing an own message, and the command menu.
import { make, toast, $ } from "./dom.js";
import { queryTyped, resultKey } from "./inline.js";
import { ask, send, sendFile } from "./server.js";
import { state } from "./state.js";

const TALLEST = 160; // pixels; a longer text scrolls
const LONGEST = 4096; // UTF-16 units, as Telegram counts and as JavaScript does
const input = $("text");
const form = $("composer");
const list = $("commands");
let picked = 0; // the row of the command menu that Enter takes

/** Put text into the box and go there. */
export function insert(text) {
  setText(text);
  queryTyped();
  input.focus();
}

/** Leave an edit that was begun. */
export function stopEditing() {
  if (state.editing) setText("");
  state.editing = 0;
  $("editing").hidden = true;
}

/** Draw the command menu for what is typed; without a match it is closed. */
export function showCommands() {
  const found = matching();
  picked = Math.min(picked, Math.max(0, found.length - 1));
  list.replaceChildren(...found.map(row));
  list.hidden = !found.length;
  list.children[picked]?.scrollIntoView({ block: "nearest" });
  $("menu").setAttribute("aria-expanded", String(!list.hidden));
  $("menu").hidden = !state.commands.length;
  if (found.length) input.setAttribute("aria-activedescendant", list.children[picked].id);
  else input.removeAttribute("aria-activedescendant");
}

function matching() {
  const typed = /^\/([a-z0-9_]*)$/i.exec(input.value);
  if (!typed || state.editing) return [];
  return state.commands.filter(({ command }) => command.startsWith(typed[1].toLowerCase()));
}

function row({ command, description }, index) {
  const item = make("li", index === picked ? "picked" : "");
  item.id = `command-${index}`;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", String(index === picked));
  item.append(make("b", "", `/${command}`), make("span", "", description));
  item.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus
  item.addEventListener("click", () => choose(command));
  return item;
}

function choose(command) {
  insert("");
  send(`/${command}`);
}

/** Return whether the open command menu took the key. */
function menuKey(event) {
  const found = matching();
  if (!found.length || event.shiftKey) return false;
  switch (event.key) {
    case "ArrowDown": picked = (picked + 1) % found.length; showCommands(); break;
    case "ArrowUp": picked = (picked + found.length - 1) % found.length; showCommands(); break;
    case "Enter": choose(found[picked].command); break;
    case "Tab": insert(`/${found[picked].command} `); break;
    case "Escape": setText(""); break;
    default: return false;
  }
  return true;
}

async function submit() {
  const text = input.value;
  const id = state.editing;
  const length = text.trim().length;
  if (!length) return;
  if (length > LONGEST) {
    toast(`A message holds ${LONGEST} characters; this has ${length}`);
    return;
  }
  stopEditing();
  setText("");
  const taken = id ? await rewrite(id, text) : await send(text.trim());
  if (!taken && !input.value) setText(text);
}

async function rewrite(id, text) {
  if (text.trim() === state.messages.get(id)?.text) return true;
  try {
    await ask("PUT", `/api/messages/${id}`, { text });
    return true;
  } catch (error) {
    toast(error.message);
    return false;
  }
}

function editLast() {
  const own = [...state.messages.values()].findLast((message) => !message.from.is_bot && !message.via_bot && message.text);
  if (!own) return;
  state.editing = own.message_id;
  $("edited-text").textContent = own.text;
  $("editing").hidden = false;
  insert(own.text);
  input.setSelectionRange(own.text.length, own.text.length);
}

function setText(text) {
  input.value = text;
  fit();
  showCommands();
}

function fit() {
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight, TALLEST)}px`;
  form.classList.toggle("filled", input.value.trim() !== "");
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
  input.focus();
});

input.addEventListener("input", () => {
  picked = 0;
  fit();
  showCommands();
  queryTyped();
});

input.addEventListener("keydown", (event) => {
  if (event.isComposing) return; // Enter ends a word in Japanese, for example
  if (menuKey(event) || resultKey(event)) {
    event.preventDefault();
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    submit();
  } else if (event.key === "ArrowUp" && !input.value) {
    event.preventDefault();
    editLast();
  } else if (event.key === "Escape") {
    stopEditing();
  }
});

document.addEventListener("keydown", (event) => {
  const typing = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (typing && event.key !== " " && document.activeElement === document.body) input.focus();
});

$("menu").addEventListener("click", () => insert(input.value === "/" ? "" : "/"));
$("attach").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", () => {
  [...$("file").files].forEach(sendFile);
  $("file").value = "";
});
$("stop-editing").addEventListener("click", stopEditing);
fit();
