// The messages in their order, and how far down the person has read.
import { dayPill, draw } from "./bubble.js";
import { find, make, $ } from "./dom.js";
import { refreshTimes } from "./rich.js";
import { state } from "./state.js";

const NEAR = 80; // pixels from the end that still count as reading the newest
const log = $("log");
const view = $("scroll");
let pinned = true; // whether the newest message is in view and shall stay there
let unread = 0;

/** Show exactly these messages. */
export function redraw(messages) {
  log.setAttribute("aria-busy", "true");
  log.replaceChildren();
  state.messages.clear();
  messages.forEach(append);
  markRead(messages.findLast((message) => message.from.is_bot)?.message_id ?? 0);
  log.removeAttribute("aria-busy");
  toBottom("instant");
}

/** Add a new message; follow it if the person was reading the newest, or wrote it. */
export function arrive(message) {
  const follow = isAtBottom() || !message.from.is_bot;
  append(message).classList.add("new");
  if (message.from.is_bot) markRead(message.message_id);
  if (follow) toBottom("smooth");
  else showUnread(unread + 1);
}

/** Draw an edited message in its place; a focused button keeps the focus. */
export function change(message) {
  const node = find(message.message_id);
  if (!node) return;
  const follow = isAtBottom();
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  state.messages.set(message.message_id, message);
  draw(node, message);
  if (message.from.is_bot) markRead(message.message_id);
  if (focused) {
    const buttons = [...node.querySelectorAll(".keyboard button")];
    const same = buttons.find((button) => button.dataset.key === focused) ?? buttons[0];
    same?.focus({ preventScroll: true });
  }
  if (follow) toBottom("instant");
}

/** Take a deleted message away, and its day if it was the only one. */
export function vanish(id) {
  const node = find(id);
  const before = node?.previousElementSibling;
  state.messages.delete(id);
  node?.remove();
  if (before?.matches(".day") && !before.nextElementSibling?.matches(".message")) before.remove();
}

function append(message) {
  const pill = dayPill(message, [...state.messages.values()].at(-1));
  if (pill) log.append(pill);
  const node = make("article");
  log.append(node);
  state.messages.set(message.message_id, message);
  draw(node, message);
  return node;
}

function markRead(upTo) {
  for (const node of log.querySelectorAll(".me:not(.read)")) {
    if (Number(node.dataset.id) <= upTo) node.classList.add("read");
  }
}

function isAtBottom() {
  return view.scrollHeight - view.scrollTop - view.clientHeight < NEAR;
}

function toBottom(behavior) {
  pinned = true;
  view.scrollTo({ top: view.scrollHeight, behavior });
  showUnread(0);
}

function showUnread(count) {
  unread = count;
  $("unread").textContent = count;
  $("unread").hidden = !count;
  $("down").hidden = isAtBottom() && !count;
}

$("down").addEventListener("click", () => toBottom("smooth"));
view.addEventListener("scroll", () => {
  pinned = isAtBottom();
  if (pinned) showUnread(0);
  else $("down").hidden = false;
}, { passive: true });
const resized = new ResizeObserver(() => {
  if (pinned) toBottom("instant");
});
resized.observe(view);
resized.observe(log);
setInterval(() => refreshTimes(log), 1000);
