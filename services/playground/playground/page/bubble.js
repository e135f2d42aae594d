// One message as it looks: bubble, picture, text, time, buttons.
import { copy, find, make, $ } from "./dom.js";
import { insert } from "./composer.js";
import { keyboard } from "./keyboard.js";
import { rich, timeText } from "./rich.js";
import { send } from "./server.js";
import { state } from "./state.js";

/** Make `node` show `message`; what a person has unfolded stays so. */
export function draw(node, message) {
  const mine = !message.from.is_bot;
  node.classList.add("message", mine ? "me" : "bot");
  node.classList.toggle("picture", Boolean(message.photo));
  node.dataset.id = message.message_id;
  const unfolded = [...node.querySelectorAll(".expandable")].map((quote) => quote.matches(".open"));

  const bubble = make("div", "bubble");
  bubble.append(make("span", "unseen", mine ? "You: " : `${state.bot.first_name}: `));
  if (message.via_bot) bubble.append(make("span", "via", `via @${message.via_bot.username}`));
  if (message.reply_to_message) bubble.append(replied(message.reply_to_message));
  if (message.photo) bubble.append(picture(message));
  if (message.document) bubble.append(attached(message.document));
  bubble.append(text(message));
  node.replaceChildren(bubble);
  if (message.reply_markup) node.append(keyboard(message, insert));

  node.querySelectorAll(".expandable").forEach((quote, index) => {
    quote.classList.toggle("open", unfolded[index] ?? false);
    const inner = quote.querySelector(".quoted");
    requestAnimationFrame(() => {
      const whole = inner.scrollHeight <= inner.clientHeight + 2;
      quote.classList.toggle("short", whole && !quote.matches(".open"));
    });
  });
}

function text(message) {
  const node = make("div", "text");
  const words = message.text ?? message.caption;
  if (words) node.append(rich(words, message.entities ?? message.caption_entities, tapped));
  node.append(meta(message));
  return node;
}

function tapped({ command, copy: copied }) {
  if (command) send(command);
  else copy(copied);
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
  node.append(
    make("b", "", message.from.is_bot ? state.bot.first_name : "You"),
    make("span", "", message.text ?? message.caption ?? "Picture"),
  );
  node.addEventListener("click", () => {
    find(message.message_id)?.scrollIntoView({ block: "center", behavior: "smooth" });
  });
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

function attached(file) {
  const link = make("a", "attached", `📄 ${file.file_name}`);
  link.href = `/api/files/${encodeURIComponent(file.file_id)}`;
  link.download = file.file_name;
  return link;
}

const dateOf = (message) => new Date(message.date * 1000).toDateString();

/** Return the pill that names a message's day, or null if `before` is of the same one. */
export function dayPill(message, before) {
  if (before && dateOf(before) === dateOf(message)) return null;
  const today = new Date();
  if (dateOf(message) === today.toDateString()) return make("div", "day", "Today");
  const moment = new Date(message.date * 1000);
  const form = { day: "numeric", month: "long" };
  if (moment.getFullYear() !== today.getFullYear()) form.year = "numeric";
  return make("div", "day", moment.toLocaleDateString(undefined, form));
}
