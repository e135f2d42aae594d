// Inline mode: what is typed behind the bot's name becomes results to choose from.
import { make, toast, $ } from "./dom.js";
import { ask } from "./server.js";
import { THREAD, state } from "./state.js";

const PAUSE_MS = 150; // a person who types on does not want an answer yet
const input = $("text");
const list = $("results");
let timer = 0;
let typed = null; // the query in the box, null where there is none
let shown = null; // the event whose results are on show
let picked = 0; // the row that Enter takes

/** Ask the bot when the box holds its name and a space; close the list when it does not. */
export function queryTyped() {
  const now = queryIn(input.value);
  if (now === typed) return;
  typed = now;
  clearTimeout(timer);
  if (typed === null) close();
  else timer = setTimeout(askBot, PAUSE_MS, typed);
}

/** The bot has answered a query: show its results, unless the person has typed on. */
export function inlineAnswered(event) {
  if (typed === null || event.query !== typed.trim()) return;
  shown = event;
  const rows = event.results.map(row);
  if (event.button) rows.unshift(startButton(event.button));
  list.replaceChildren(...rows);
  list.hidden = !rows.length;
  pick(event.button && event.results.length ? 1 : 0);
}

/** Mark a row for the eye and for who listens. */
function pick(index) {
  picked = index;
  [...list.children].forEach((item, place) => {
    item.id = `result-${place}`;
    item.classList.toggle("picked", place === picked);
    item.setAttribute("aria-selected", String(place === picked));
  });
  const item = list.children[picked];
  item?.scrollIntoView({ block: "nearest" });
  if (item) input.setAttribute("aria-activedescendant", item.id);
}

/** Return whether the key was for the list. */
export function resultKey(event) {
  if (list.hidden || event.shiftKey) return false;
  const count = list.children.length;
  if (event.key === "Escape") close();
  else if (event.key === "ArrowDown") pick((picked + 1) % count);
  else if (event.key === "ArrowUp") pick((picked + count - 1) % count);
  else if (event.key === "Enter" && shown.results.length) list.children[picked].click();
  else return false;
  return true;
}

function queryIn(text) {
  const [, name, query] = /^@(\w+)\s(.*)$/s.exec(text) ?? [];
  return name?.toLowerCase() === state.bot?.username.toLowerCase() ? query : null;
}

async function askBot(query) {
  try {
    await ask("POST", "/api/inline", { query });
  } catch (error) {
    toast(error.message);
  }
}

function row({ id, title, description }) {
  const item = make("li");
  item.setAttribute("role", "option");
  item.append(make("b", "", title), make("span", "", description));
  item.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus
  item.addEventListener("click", () => choose(id));
  return item;
}

function startButton({ text, start_parameter: word }) {
  const item = make("li", "start", text);
  item.setAttribute("role", "option");
  item.addEventListener("click", () => open(`/?start=${word}`, "_blank", "noopener"));
  return item;
}

async function choose(id) {
  const chosen = { inline_query_id: shown.inline_query_id, result_id: id, thread: THREAD };
  close();
  input.value = "";
  input.dispatchEvent(new Event("input"));
  try {
    await ask("POST", "/api/inline/chosen", chosen);
  } catch (error) {
    toast(error.message);
  }
}

function close() {
  list.hidden = true;
  list.replaceChildren();
  input.removeAttribute("aria-activedescendant");
}
