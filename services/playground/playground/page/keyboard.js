// Buttons under a message: each waits until the bot has answered its tap.
import { copy, find, make, toast, $ } from "./dom.js";
import { ask } from "./server.js";
import { state } from "./state.js";

const PATIENCE_MS = 15000; // as long as a bot may take to answer
const waiting = new Map(); // message id and data -> timer
const asked = new Map(); // query id -> [message id, data], or "answered"

const key = (id, data) => `${id} ${data}`;

/** Return the inline keyboard of a message; `insert` puts text into the composer. */
export function keyboard(message, insert) {
  const node = make("div", "keyboard");
  node.setAttribute("role", "group");
  node.setAttribute("aria-label", "Buttons");
  for (const row of message.reply_markup.inline_keyboard) {
    const line = make("div", "row");
    line.append(...row.map((button) => inlineButton(message.message_id, button, insert)));
    node.append(line);
  }
  return node;
}

function inlineButton(id, button, insert) {
  const kind = ["url", "copy_text", "callback_data"].find((name) => name in button) ?? "insert";
  const node = make("button", kind, button.text);
  node.type = "button";
  node.dataset.key = button.callback_data ?? `${kind} ${button.text}`;
  if (button.style) node.dataset.style = button.style;
  if (kind === "copy_text") node.title = `Copy ${button.copy_text.text}`;
  if (kind === "url") node.title = button.url;
  show(node, waiting.has(key(id, button.callback_data)));
  node.addEventListener("click", () => {
    if (kind === "callback_data") tap(id, button.callback_data);
    else if (kind === "copy_text") copy(button.copy_text.text);
    else if (kind === "url") open(here(button.url), "_blank", "noopener");
    else insert(`@${state.bot.username} ${button.switch_inline_query_current_chat ?? ""}`);
  });
  return node;
}

/** Return where a link leads: one to this bot leads to its private chat on this page. */
function here(url) {
  const start = `https://t.me/${state.bot.username}?start=`;
  return url.startsWith(start) ? `/?start=${url.slice(start.length)}` : url;
}

function show(node, busy) {
  node.classList.toggle("waiting", busy);
  node.setAttribute("aria-busy", String(busy));
}

function wait(id, data, busy) {
  clearTimeout(waiting.get(key(id, data)));
  waiting.delete(key(id, data));
  if (busy) waiting.set(key(id, data), setTimeout(() => wait(id, data, false), PATIENCE_MS));
  for (const node of find(id)?.querySelectorAll(".keyboard button") ?? []) {
    if (node.dataset.key === data) show(node, busy);
  }
}

async function tap(id, data) {
  if (waiting.has(key(id, data))) return;
  wait(id, data, true);
  try {
    const { callback_query_id: queryId } = await ask("POST", "/api/taps", { message_id: id, data });
    if (asked.get(queryId) === "answered") wait(id, data, false); // the answer was faster
    else asked.set(queryId, [id, data]);
  } catch (error) {
    wait(id, data, false);
    toast(error.message);
  }
}

/** The bot has answered a tap: stop waiting, and show what it says. */
export function answered(event) {
  const tapped = asked.get(event.callback_query_id);
  if (tapped) wait(...tapped, false);
  asked.set(event.callback_query_id, "answered");
  if (event.url) open(event.url, "_blank", "noopener");
  if (event.text && event.show_alert) alertWith(event.text);
  else if (event.text) toast(event.text);
}

function alertWith(text) {
  $("alert-name").textContent = state.bot.first_name;
  $("alert-text").textContent = text;
  if (!$("alert").open) $("alert").showModal();
}
