// What the page knows. Each module changes its own part.

const query = new URLSearchParams(location.search);
const given = (name, form, otherwise) => {
  const value = query.get(name) ?? "";
  return form.test(value) ? value : otherwise;
};

/** The conversation, from `?chat=`. */
export const CHAT = given("chat", /^-?\d{1,15}$/, "1001");

/** What follows /start, from `?start=`. */
export const PAYLOAD = given("start", /^[\w-]{1,64}$/, "");

/** The language of the person's Telegram, from `?language=`; empty: as it was. */
export const LANGUAGE = given("language", /^[a-z]{2}$/, "");

/** The topic of a group that the person writes in, from `?thread=`; 0: none. */
export const THREAD = Number(given("thread", /^\d{1,9}$/, "0"));

export const IN_A_GROUP = CHAT.startsWith("-");

export const state = {
  seq: -1, // the number of the newest event of the last snapshot
  bot: null,
  online: false, // whether the bot is there
  connected: false, // whether the playground is
  blocked: false,
  action: "", // what the bot is doing, such as "typing"
  commands: [],
  messages: new Map(), // by id, in the order of the chat
  payload: PAYLOAD, // what the next press of Start sends; empty once it was
  editing: 0, // the id of the own message in the composer
};
