// Talking to the playground: requests of the person, events for the page.
import { toast } from "./dom.js";
import { CHAT, LANGUAGE, THREAD } from "./state.js";

const PATIENCE_MS = 10000;
const FIRST_WORD_MS = 5000; // a connection without its snapshot by then is tried anew
const WHO = `chat=${CHAT}${LANGUAGE && `&language=${LANGUAGE}`}`;

/** Send JSON and return the answer; throws with a sentence for the person. */
export async function ask(method, path, body) {
  let response;
  try {
    response = await fetch(`${path}?${WHO}`, {
      method,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    throw new Error("Not sent: the playground does not answer");
  }
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.description ?? "The playground refused");
  return answer;
}

/** Send a message; return whether it was taken. */
export async function send(text) {
  try {
    await ask("POST", "/api/messages", { text, thread: THREAD });
    return true;
  } catch (error) {
    toast(error.message);
    return false;
  }
}

/** Send a text file. */
export async function sendFile(file) {
  try {
    await ask("POST", "/api/documents", { name: file.name, content: await file.text() });
  } catch (error) {
    toast(error.message);
  }
}

/**
 * Hand every event to `receive`, for ever; `lost` is called when the connection breaks.
 * A new connection begins with a snapshot.
 */
export function listen(receive, lost, patience = FIRST_WORD_MS) {
  const source = new EventSource(`/api/events?${WHO}`);
  const silent = setTimeout(() => {
    source.close();
    listen(receive, lost, patience * 3); // a slow line gets its time
  }, patience);
  source.onmessage = (message) => {
    clearTimeout(silent);
    receive(JSON.parse(message.data));
  };
  source.onerror = () => {
    lost();
    if (source.readyState !== EventSource.CLOSED) return;
    clearTimeout(silent);
    setTimeout(() => listen(receive, lost), 1000);
  };
}
