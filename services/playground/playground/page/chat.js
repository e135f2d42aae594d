// The chat: what the server says becomes messages, what the person does becomes requests.
import { refreshTimes, rich, timeText } from "./rich.js";

const query = new URLSearchParams(location.search);
const CHAT = /^-?\d{1,15}$/.test(query.get("chat") ?? "") ? query.get("chat") : "1001";
const PAYLOAD = /^[\w-]{1,64}$/.test(query.get("start") ?? "") ? ` ${query.get("start")}` : "";
const TYPING_MS = 5500;
const TAP_MS = 15000;
const ACTIONS = { typing: "typing", upload_photo: "sending a picture", upload_document: "sending a file" };

const $ = (id) => document.getElementById(id);
const log = $("log");
const scroll = $("scroll");
const input = $("text");
const form = $("composer");

const state = {
  seq: -1, bot: null, online: false, connected: false, blocked: false, action: "", commands: [],
  messages: new Map(),
  taps: new Map(), // message id + data -> timer, while a button waits for its answer
  editing: 0, picked: 0, unread: 0,
  pinned: true, // whether the newest message is in view and shall stay there
};

// --- the server ----------------------------------------------------------------------------------

async function ask(method, path, body) {
  const separator = path.includes("?") ? "&" : "?";
  const response = await fetch(`${path}${separator}chat=${CHAT}`, {
    method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    signal: AbortSignal.timeout(10000),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.description ?? "The playground refused");
  return answer;
}

function listen() {
  const source = new EventSource(`/api/events?chat=${CHAT}`);
  source.onmessage = (message) => {
    state.connected = true;
    receive(JSON.parse(message.data));
    showStatus();
  };
  source.onerror = () => {
    state.connected = false;
    showStatus();
    if (source.readyState === EventSource.CLOSED) {
      source.close();
      setTimeout(listen, 1000);
    }
  };
}

function receive(event) {
  switch (event.type) {
    case "snapshot": return begin(event);
    case "message": return arrive(event.message);
    case "edit": return change(event.message);
    case "delete": return vanish(event.message_id);
    case "action": return act(event.action);
    case "answer": return answered(event);
    case "commands": state.commands = event.commands; return showCommands();
    case "description": return describe(event.description);
    case "presence": state.online = event.online; return undefined;
    case "blocked": state.blocked = event.blocked; return showFooter();
    default: return undefined;
  }
}

function begin(snapshot) {
  const { bot, online, blocked, commands, messages, seq } = snapshot;
  Object.assign(state, { bot, online, blocked, commands });
  $("name").textContent = bot.first_name;
  document.title = bot.first_name;
  $("avatar").textContent = initials(bot.first_name);
  input.placeholder = `Message ${bot.first_name}`;
  describe(bot.description);
  if (seq !== state.seq || messages.length !== state.messages.size) redraw(messages);
  state.seq = seq;
  showCommands();
  showFooter();
}

function redraw(messages) {
  log.setAttribute("aria-busy", "true");
  log.replaceChildren();
  state.messages.clear();
  for (const message of messages) append(message);
  const lastOfBot = messages.findLastIndex((message) => message.from.is_bot);
  markRead(messages[lastOfBot]?.message_id ?? 0);
  log.removeAttribute("aria-busy");
  toBottom("instant");
}

// --- messages ------------------------------------------------------------------------------------

function arrive(message) {
  const atBottom = isAtBottom();
  append(message).classList.add("new");
  if (message.from.is_bot) {
    act("");
    markRead(message.message_id);
  }
  if (atBottom || !message.from.is_bot) toBottom("smooth");
  else showUnread(state.unread + 1);
  showFooter();
}

function append(message) {
  const last = [...state.messages.values()].at(-1);
  if (!last || dayOf(last) !== dayOf(message)) log.append(day(message));
  const node = document.createElement("article");
  log.append(node);
  state.messages.set(message.message_id, message);
  draw(node, message);
  return node;
}

function change(message) {
  const node = find(message.message_id);
  if (!node) return;
  const atBottom = isAtBottom();
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const opened = [...node.querySelectorAll("blockquote.expandable")].map((quote) => quote.classList.contains("open"));
  state.messages.set(message.message_id, message);
  draw(node, message);
  node.querySelectorAll("blockquote.expandable").forEach((quote, index) => quote.classList.toggle("open", opened[index] ?? false));
  if (message.from.is_bot) markRead(message.message_id);
  if (focused) {
    const same = [...node.querySelectorAll("[data-key]")].find((button) => button.dataset.key === focused);
    (same ?? node.querySelector(".keyboard button"))?.focus({ preventScroll: true });
  }
  if (atBottom) toBottom("instant");
}

function vanish(id) {
  const node = find(id);
  state.messages.delete(id);
  const before = node?.previousElementSibling;
  node?.remove();
  if (before?.className === "day" && !before.nextElementSibling?.matches(".message")) before.remove();
  if (state.editing === id) stopEditing();
  showFooter();
}

function draw(node, message) {
  const mine = !message.from.is_bot;
  const read = node.classList.contains("read");
  node.className = `message ${mine ? "me" : "bot"}${read ? " read" : ""}${message.photo ? " picture" : ""}`;
  node.dataset.id = message.message_id;
  const bubble = make("div", "bubble");
  bubble.append(make("span", "unseen", mine ? "You: " : `${state.bot.first_name}: `));
  if (message.reply_to_message) bubble.append(replied(message.reply_to_message));
  if (message.photo) bubble.append(picture(message));
  const words = message.text ?? message.caption;
  const text = make("div", "text");
  if (words) text.append(rich(words, message.entities ?? message.caption_entities, tapText));
  text.append(meta(message));
  bubble.append(text);
  node.replaceChildren(bubble);
  const keyboard = message.reply_markup?.inline_keyboard;
  if (keyboard) node.append(buttons(message, keyboard));
  for (const quote of node.querySelectorAll("blockquote.expandable")) {
    const inner = quote.querySelector(".quoted");
    requestAnimationFrame(() => quote.classList.toggle("short", inner.scrollHeight <= inner.clientHeight + 2));
  }
}

function meta(message) {
  const node = make("span", "meta");
  if (message.edit_date) node.append(make("span", "edited", "edited "));
  node.append(timeText(new Date(message.date * 1000), "t"));
  if (!message.from.is_bot) {
    const ticks = make("span", "ticks");
    ticks.setAttribute("aria-hidden", "true");
    node.append(ticks);
  }
  return node;
}

function replied(message) {
  const node = make("button", "replied");
  node.type = "button";
  node.append(make("b", "", message.from.is_bot ? state.bot.first_name : "You"));
  node.append(make("span", "", message.text ?? message.caption ?? "Picture"));
  node.addEventListener("click", () => find(message.message_id)?.scrollIntoView({ block: "center", behavior: "smooth" }));
  return node;
}

function picture(message) {
  const largest = message.photo.at(-1);
  const image = document.createElement("img");
  image.src = `/api/files/${encodeURIComponent(largest.file_id)}`;
  image.width = largest.width;
  image.height = largest.height;
  image.alt = message.caption ? "Picture, described below" : "Picture";
  const button = make("button", "view");
  button.type = "button";
  button.setAttribute("aria-label", "Enlarge the picture");
  button.append(image);
  button.addEventListener("click", () => {
    $("viewed").src = image.src;
    $("viewed").alt = message.caption ?? "Picture";
    $("viewer").showModal();
  });
  return button;
}

function buttons(message, rows) {
  const keyboard = make("div", "keyboard");
  keyboard.setAttribute("role", "group");
  keyboard.setAttribute("aria-label", "Buttons");
  for (const row of rows) {
    const line = make("div", "row");
    for (const button of row) line.append(inlineButton(message, button));
    keyboard.append(line);
  }
  return keyboard;
}

function inlineButton(message, button) {
  const kind = ["url", "copy_text", "callback_data"].find((name) => name in button) ?? "insert";
  const node = make("button", kind, button.text);
  node.type = "button";
  if (button.style) node.dataset.style = button.style;
  node.dataset.key = button.callback_data ?? `${kind} ${button.text}`;
  if (kind === "copy_text") node.title = `Copy ${button.copy_text.text}`;
  if (kind === "url") node.title = button.url;
  wait(node, state.taps.has(tapKey(message.message_id, button.callback_data)));
  node.addEventListener("click", () => {
    if (kind === "callback_data") tap(message.message_id, button.callback_data);
    else if (kind === "copy_text") copy(button.copy_text.text);
    else if (kind === "url") open(button.url, "_blank", "noopener");
    else insert(`@${state.bot.username} ${button.switch_inline_query_current_chat ?? ""}`);
  });
  return node;
}

function markRead(upTo) {
  for (const node of log.querySelectorAll(".me:not(.read)")) {
    if (Number(node.dataset.id) <= upTo) node.classList.add("read");
  }
}

function dayOf(message) {
  return new Date(message.date * 1000).toDateString();
}

function day(message) {
  const moment = new Date(message.date * 1000);
  const today = new Date();
  const form = { day: "numeric", month: "long" };
  if (moment.getFullYear() !== today.getFullYear()) form.year = "numeric";
  const same = moment.toDateString() === today.toDateString();
  return make("div", "day", same ? "Today" : moment.toLocaleDateString(undefined, form));
}

// --- buttons, commands and code are tapped ---------------------------------------------------------

const tapKey = (id, data) => `${id} ${data}`;

function wait(node, waiting) {
  node.classList.toggle("waiting", waiting);
  node.toggleAttribute("aria-busy", waiting);
}

function setWaiting(id, data, waiting) {
  const key = tapKey(id, data);
  clearTimeout(state.taps.get(key));
  state.taps.delete(key);
  if (waiting) state.taps.set(key, setTimeout(() => setWaiting(id, data, false), TAP_MS));
  for (const node of find(id)?.querySelectorAll(".keyboard button") ?? []) {
    if (node.dataset.key === data) wait(node, waiting);
  }
}

const asked = new Map(); // query id -> [message id, data]

async function tap(id, data) {
  if (state.taps.has(tapKey(id, data))) return;
  setWaiting(id, data, true);
  try {
    const { callback_query_id: queryId } = await ask("POST", "/api/taps", { message_id: id, data });
    if (asked.get(queryId) === "answered") setWaiting(id, data, false);
    else asked.set(queryId, [id, data]);
  } catch (error) {
    setWaiting(id, data, false);
    toast(reason(error));
  }
}

function answered(event) {
  const waiting = asked.get(event.callback_query_id);
  if (waiting) setWaiting(...waiting, false);
  asked.set(event.callback_query_id, "answered");
  if (event.url) open(event.url, "_blank", "noopener");
  if (!event.text) return;
  if (!event.show_alert) {
    toast(event.text);
    return;
  }
  $("alert-name").textContent = state.bot.first_name;
  $("alert-text").textContent = event.text;
  if (!$("alert").open) $("alert").showModal();
}

function tapText({ command, copy: copied }) {
  if (command) send(command);
  else copy(copied);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const box = make("textarea", "unseen");
    box.value = text;
    document.body.append(box);
    box.select();
    document.execCommand("copy"); // where the page has no secure address, as on a phone in the LAN
    box.remove();
  }
  toast(text.length > 40 || text.includes("\n") ? "Copied" : `Copied ${text}`);
}

// --- writing -------------------------------------------------------------------------------------

async function send(text) {
  const words = text.trim();
  if (!words) return false;
  try {
    await ask("POST", "/api/messages", { text: words });
    return true;
  } catch (error) {
    toast(reason(error));
    return false;
  }
}

async function submit() {
  const text = input.value;
  const id = state.editing;
  if (!text.trim()) return;
  setText("");
  stopEditing();
  if (!id) {
    if (!(await send(text)) && !input.value) setText(text);
    return;
  }
  if (text.trim() === state.messages.get(id)?.text) return;
  try {
    await ask("PUT", `/api/messages/${id}`, { text });
  } catch (error) {
    toast(reason(error));
    if (!input.value) setText(text);
  }
}

function setText(text) {
  input.value = text;
  fit();
  showCommands();
}

function insert(text) {
  setText(text);
  input.focus();
}

function fit() {
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight, 160)}px`;
  form.classList.toggle("filled", input.value.trim() !== "");
}

function editLast() {
  const own = [...state.messages.values()].filter((message) => !message.from.is_bot).at(-1);
  if (!own) return;
  state.editing = own.message_id;
  $("edited-text").textContent = own.text;
  $("editing").hidden = false;
  insert(own.text);
  input.setSelectionRange(own.text.length, own.text.length);
}

function stopEditing() {
  if (state.editing) setText("");
  state.editing = 0;
  $("editing").hidden = true;
}

// --- the command menu ----------------------------------------------------------------------------

function matching() {
  const typed = /^\/([a-z0-9_]*)$/i.exec(input.value);
  if (!typed || state.editing) return [];
  return state.commands.filter(({ command }) => command.startsWith(typed[1].toLowerCase()));
}

function showCommands() {
  const found = matching();
  const list = $("commands");
  state.picked = Math.min(state.picked, Math.max(0, found.length - 1));
  list.replaceChildren(...found.map(({ command, description }, index) => {
    const item = make("li", index === state.picked ? "picked" : "");
    item.id = `command-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(index === state.picked));
    item.append(make("b", "", `/${command}`), make("span", "", description));
    item.addEventListener("pointerdown", (event) => event.preventDefault());
    item.addEventListener("click", () => choose(command));
    return item;
  }));
  list.hidden = !found.length;
  list.children[state.picked]?.scrollIntoView({ block: "nearest" });
  $("menu").setAttribute("aria-expanded", String(!list.hidden));
  $("menu").hidden = !state.commands.length;
  if (found.length) input.setAttribute("aria-activedescendant", `command-${state.picked}`);
  else input.removeAttribute("aria-activedescendant");
}

function choose(command) {
  setText("");
  send(`/${command}`);
  input.focus();
}

function menuKey(event) {
  const found = matching();
  if (!found.length) return false;
  const { key } = event;
  if (key === "ArrowDown" || key === "ArrowUp") {
    const step = key === "ArrowDown" ? 1 : found.length - 1;
    state.picked = (state.picked + step) % found.length;
    showCommands();
  } else if (key === "Enter" && !event.shiftKey) {
    choose(found[state.picked].command);
  } else if (key === "Tab" && !event.shiftKey) {
    insert(`/${found[state.picked].command} `);
  } else if (key === "Escape") {
    setText("");
  } else {
    return false;
  }
  return true;
}

// --- the frame -----------------------------------------------------------------------------------

let actionTimer = 0;

function act(action) {
  clearTimeout(actionTimer);
  state.action = action;
  if (action) actionTimer = setTimeout(() => act(""), TYPING_MS);
  showStatus();
}

function showStatus() {
  const status = $("status");
  const lost = !state.connected;
  let text = state.online ? "bot, online" : "bot, not running yet";
  if (state.action) text = ACTIONS[state.action] ?? state.action.replaceAll("_", " ");
  if (lost) text = state.seq < 0 ? "connecting" : "connection lost, trying again";
  const moving = lost || state.action !== "";
  if (status.dataset.text === text) return;
  status.dataset.text = text;
  status.className = lost ? "lost" : state.online || state.action ? "online" : "";
  status.replaceChildren(text);
  if (moving) {
    const dots = make("span", "dots");
    dots.setAttribute("aria-hidden", "true");
    dots.append(make("i"), make("i"), make("i"));
    status.append(dots);
  }
}

function showFooter() {
  const empty = state.messages.size === 0;
  $("intro").hidden = !empty;
  $("start").hidden = !(empty || state.blocked);
  $("start").textContent = state.blocked ? "Unblock" : "Start";
  form.hidden = state.blocked;
}

function describe(text) {
  $("description").textContent = text || "Press Start, or write to it. Everything stays on this computer.";
}

function initials(name) {
  return name.split(/\s+/).slice(0, 2).map((word) => [...word][0] ?? "").join("").toUpperCase();
}

function isAtBottom() {
  return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
}

function toBottom(behavior) {
  state.pinned = true;
  scroll.scrollTo({ top: scroll.scrollHeight, behavior });
  showUnread(0);
}

function showUnread(count) {
  state.unread = count;
  $("unread").textContent = count;
  $("unread").hidden = !count;
  $("down").hidden = isAtBottom() && !count;
}

function toast(text) {
  const node = make("div", "toast", text);
  $("toasts").replaceChildren(node);
  setTimeout(() => node.classList.add("going"), 2600);
  setTimeout(() => node.remove(), 3000);
}

function reason(error) {
  return error instanceof TypeError || error.name === "TimeoutError"
    ? "Not sent: the playground does not answer"
    : error.message;
}

function find(id) {
  return log.querySelector(`.message[data-id="${id}"]`);
}

function make(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

// --- the person ----------------------------------------------------------------------------------

form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
  input.focus();
});

input.addEventListener("input", () => {
  state.picked = 0;
  fit();
  showCommands();
});

input.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (menuKey(event)) event.preventDefault();
  else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    submit();
  } else if (event.key === "ArrowUp" && !input.value) {
    event.preventDefault();
    editLast();
  } else if (event.key === "Escape") stopEditing();
});

document.addEventListener("keydown", (event) => {
  const typing = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (typing && event.key !== " " && document.activeElement === document.body) input.focus();
});

$("menu").addEventListener("click", () => insert(input.value === "/" ? "" : "/"));
$("stop-editing").addEventListener("click", stopEditing);
$("down").addEventListener("click", () => toBottom("smooth"));
$("viewer").addEventListener("click", () => $("viewer").close());
scroll.addEventListener("scroll", () => {
  state.pinned = isAtBottom();
  if (state.pinned) showUnread(0);
  else $("down").hidden = false;
}, { passive: true });

$("start").addEventListener("click", async () => {
  if (state.blocked) {
    await ask("POST", "/api/blocks", { blocked: false }).catch((error) => toast(reason(error)));
  }
  send(`/start${PAYLOAD}`);
  if (matchMedia("(hover: hover)").matches) input.focus();
});

$("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = getComputedStyle(root).colorScheme.startsWith("dark")
    || (!root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
});

new ResizeObserver(() => {
  if (state.pinned) toBottom("instant");
}).observe(scroll);

setInterval(() => refreshTimes(log), 1000);
fit();
listen();
