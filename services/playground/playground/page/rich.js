// Text with entities as DOM nodes. Offsets count UTF-16 units, as JavaScript strings do.
// Nothing here reads HTML: what a bot writes can only ever become text.

const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const PLAIN_TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", blockquote: "blockquote",
};

/**
 * Return a fragment that shows `text`.
 * @param {(what: {command?: string, copy?: string}) => void} act called when a command or code is tapped
 */
export function rich(text, entities, act) {
  const sorted = [...(entities ?? [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return build(text, sorted, 0, text.length, act);
}

function build(text, entities, from, to, act) {
  const fragment = document.createDocumentFragment();
  let at = from;
  let afterBlock = false;
  const plain = (until, beforeBlock) => {
    let piece = text.slice(at, until);
    if (afterBlock && piece.startsWith("\n")) piece = piece.slice(1);
    if (beforeBlock && piece.endsWith("\n")) piece = piece.slice(0, -1);
    if (piece) fragment.append(piece);
  };
  for (let i = 0; i < entities.length; ) {
    const entity = entities[i];
    const end = Math.min(entity.offset + entity.length, to);
    let next = i + 1;
    while (next < entities.length && entities[next].offset < end) next += 1;
    const block = BLOCKS.has(entity.type);
    plain(entity.offset, block);
    const inner = build(text, entities.slice(i + 1, next), entity.offset, end, act);
    fragment.append(element(entity, text.slice(entity.offset, end), inner, act));
    at = end;
    afterBlock = block;
    i = next;
  }
  plain(to, false);
  return fragment;
}

function element(entity, covered, inner, act) {
  switch (entity.type) {
    case "code": return tappable("code", inner, "Copy", () => act({ copy: covered }));
    case "pre": return block(entity, covered, inner, act);
    case "expandable_blockquote": return expandable(inner);
    case "spoiler": return spoiler(inner);
    case "bot_command": return tappable("span", inner, "", () => act({ command: covered }), "command");
    case "text_link": return link(entity.url, inner);
    case "url": return link(covered, inner);
    case "date_time": return time(entity, covered);
    default: return wrap(PLAIN_TAGS[entity.type] ?? "span", inner, entity.type);
  }
}

function wrap(tag, inner, className) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(inner);
  return node;
}

function tappable(tag, inner, title, act, className) {
  const node = wrap(tag, inner, className);
  node.tabIndex = 0;
  node.setAttribute("role", "button");
  if (title) node.title = title;
  node.addEventListener("click", () => {
    if (getSelection().isCollapsed) act();
  });
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      act();
    }
  });
  return node;
}

function block(entity, covered, inner, act) {
  const pre = wrap("pre", inner);
  pre.tabIndex = 0;
  if (entity.language) pre.dataset.language = entity.language;
  pre.title = "Copy";
  pre.addEventListener("click", () => {
    if (getSelection().isCollapsed) act({ copy: covered });
  });
  return pre;
}

function expandable(inner) {
  const quote = wrap("blockquote", wrap("div", inner, "quoted"), "expandable");
  const toggle = document.createElement("button");
  toggle.type = "button";
  toggle.className = "expand";
  const say = (open) => {
    quote.classList.toggle("open", open);
    toggle.setAttribute("aria-expanded", String(open));
    toggle.setAttribute("aria-label", open ? "Show less" : "Show more");
  };
  quote.addEventListener("click", () => {
    if (getSelection().isCollapsed) say(!quote.classList.contains("open"));
  });
  say(false);
  quote.append(toggle);
  return quote;
}

function spoiler(inner) {
  const node = tappable("span", inner, "Show", () => node.classList.add("shown"), "spoiler");
  return node;
}

function link(url, inner) {
  if (!/^(https?|mailto|tel|tg):/i.test(url)) return wrap("span", inner);
  const anchor = wrap("a", inner);
  anchor.href = url;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer";
  return anchor;
}

// --- times ---------------------------------------------------------------------------------------

const DATES = {
  w: { weekday: "long" },
  d: { day: "2-digit", month: "2-digit", year: "2-digit" },
  D: { day: "numeric", month: "long", year: "numeric" },
  t: { hour: "2-digit", minute: "2-digit" },
  T: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};
const STEPS = [[60, "second", 1], [3600, "minute", 60], [86400, "hour", 3600],
  [2592000, "day", 86400], [31536000, "month", 2592000], [Infinity, "year", 31536000]];
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

function time(entity, covered) {
  const node = document.createElement("time");
  const moment = new Date(entity.unix_time * 1000);
  node.dateTime = moment.toISOString();
  node.title = moment.toLocaleString(undefined, { dateStyle: "full", timeStyle: "long" });
  node.dataset.format = entity.date_time_format ?? "";
  node.textContent = entity.date_time_format ? timeText(moment, entity.date_time_format) : covered;
  return node;
}

/** Return `moment` in the reader's zone and language, by Telegram's format letters. */
export function timeText(moment, format) {
  if (format === "r") {
    const seconds = Math.round((moment - Date.now()) / 1000);
    const [, unit, length] = STEPS.find(([most]) => Math.abs(seconds) < most);
    return relative.format(Math.trunc(seconds / length), unit);
  }
  const options = Object.assign({}, ...[...format].map((letter) => DATES[letter] ?? {}));
  return new Intl.DateTimeFormat(undefined, options).format(moment);
}

/** Write all relative times in `root` anew. */
export function refreshTimes(root) {
  for (const node of root.querySelectorAll('time[data-format="r"]')) {
    const text = timeText(new Date(node.dateTime), "r");
    if (node.textContent !== text) node.textContent = text;
  }
}
