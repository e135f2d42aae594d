// The chat: every event goes to the part of the page that it changes.
import { showCommands, stopEditing } from "./composer.js";
import { make, toast, $ } from "./dom.js";
import { inlineAnswered } from "./inline.js";
import { answered } from "./keyboard.js";
import { arrive, change, redraw, vanish } from "./log.js";
import { ask, listen, send } from "./server.js";
import { IN_A_GROUP, state } from "./state.js";

const ACTION_MS = 5500; // as long as Telegram shows one
const ACTIONS = {
  typing: "typing",
  upload_photo: "sending a picture",
  upload_document: "sending a file",
};
let actionTimer = 0;

function receive(event) {
  state.connected = true;
  handle(event);
  showStatus();
  showFooter();
}

function handle(event) {
  switch (event.type) {
    case "snapshot": begin(event); break;
    case "message":
      if (event.message.from.is_bot) doing("");
      arrive(event.message);
      break;
    case "edit": change(event.message); break;
    case "delete":
      if (state.editing === event.message_id) stopEditing();
      vanish(event.message_id);
      break;
    case "action": doing(event.action); break;
    case "answer": answered(event); break;
    case "inline": inlineAnswered(event); break;
    case "commands": state.commands = event.commands; showCommands(); break;
    case "description": describe(event.description); break;
    case "presence": state.online = event.online; break;
    case "blocked": state.blocked = event.blocked; break;
    default: // an own tap, for example
  }
}

function begin({ chat, bot, you, online, blocked, commands, messages, seq }) {
  Object.assign(state, { bot, online, blocked, commands });
  $("log").lang = you.language_code; // in whose language the bot most likely speaks
  const name = IN_A_GROUP ? `${chat.title} with ${bot.first_name}` : bot.first_name;
  document.title = name;
  $("name").textContent = name;
  $("avatar").textContent = initials(bot.first_name);
  $("text").placeholder = IN_A_GROUP ? "Message to the group" : `Message ${bot.first_name}`;
  describe(bot.description);
  if (seq !== state.seq || messages.length !== state.messages.size) redraw(messages);
  state.seq = seq;
  showCommands();
}

function initials(name) {
  const words = name.split(/\s+/).slice(0, 2);
  return words.map((word) => [...word][0] ?? "").join("").toUpperCase();
}

function describe(text) {
  const otherwise = "Press Start, or write to it. Everything stays on this computer.";
  $("description").textContent = text || otherwise;
}

function doing(action) {
  clearTimeout(actionTimer);
  state.action = action;
  if (action) actionTimer = setTimeout(() => { doing(""); showStatus(); }, ACTION_MS);
}

function statusNow() {
  if (!state.connected) return state.bot ? "connection lost, trying again" : "connecting";
  if (state.action) return ACTIONS[state.action] ?? state.action.replaceAll("_", " ");
  return state.online ? "bot, online" : "bot, not running yet";
}

function showStatus() {
  const status = $("status");
  const text = statusNow();
  if (status.dataset.text === text) return;
  status.dataset.text = text;
  status.className = state.connected && (state.online || state.action) ? "online" : "";
  status.replaceChildren(text);
  if (!state.connected || state.action) {
    const dots = make("span", "dots");
    dots.setAttribute("aria-hidden", "true");
    dots.append(make("i"), make("i"), make("i"));
    status.append(dots);
  }
}

function showFooter() {
  const empty = state.messages.size === 0;
  $("intro").hidden = !empty;
  $("start").hidden = !((empty && !IN_A_GROUP) || state.payload || state.blocked);
  $("add").hidden = !(empty && IN_A_GROUP) || state.blocked;
  $("start").textContent = state.blocked ? "Unblock" : "Start";
  $("composer").hidden = state.blocked;
}

$("start").addEventListener("click", async () => {
  if (state.blocked) {
    await ask("POST", "/api/blocks", { blocked: false }).catch((error) => toast(error.message));
  }
  send(`/start ${state.payload}`.trim());
  state.payload = "";
  if (matchMedia("(hover: hover)").matches) $("text").focus(); // a phone would open its keyboard
});

$("add").addEventListener("click", () => {
  ask("POST", "/api/additions", {}).catch((error) => toast(error.message));
});

if (IN_A_GROUP) {
  $("elsewhere").href = "/";
  $("elsewhere").title = "Back to the private chat";
  $("elsewhere").setAttribute("aria-label", "Back to the private chat");
}

$("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  root.dataset.theme = (root.dataset.theme ?? system) === "dark" ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
});

$("viewer").addEventListener("click", () => $("viewer").close());

listen(receive, () => {
  state.connected = false;
  showStatus();
});
