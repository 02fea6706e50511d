import { TEXT_EVENT, type EventReader, type StreamEvent } from './shape.ts';

/** What may stand between the quotes of a JSON string that is not empty. */
const STRING_BODY = /^(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))+$/;
/** Between a key and its value. Only a key can have a colon behind it: generated text fools nobody. */
const COLON = /\s*:\s*"/y;

/** Where a string value lies in a payload, its quotes not included. */
interface Place {
  readonly start: number;
  readonly end: number;
}

const endOfString = (payload: string, start: number): number => {
  let at = start;
  while (at < payload.length && payload.charCodeAt(at) !== 34 /* '"' */) at += payload.charCodeAt(at) === 92 /* '\' */ ? 2 : 1;
  return at;
};

const placeAfter = (payload: string, key: string): Place | null => {
  const at = payload.indexOf(key);
  if (at === -1) return null;
  COLON.lastIndex = at + key.length;
  if (!COLON.test(payload)) return null;
  const start = COLON.lastIndex;
  return { start, end: endOfString(payload, start) };
};

/** That it carries text, or that it does not, and nothing else. */
const onlySays = (event: StreamEvent, text: boolean): boolean =>
  event.text === text && !event.finished && event.usage === null && event.error === null;

/**
 * Reads most events of a stream without parsing them. An event that differs from the last parsed one in nothing but the
 * characters of its text says the same, as long as they are a JSON string and not empty. That the text is at that place,
 * and nowhere else, is tried on the event itself: without it, it must say nothing.
 * @param keys in quotes, the likeliest first: which members may hold text
 * @param read the full parse; the same payload gives it the same event, whatever it read before
 */
export const templated = (read: EventReader, keys: readonly string[]): EventReader => {
  let head = '';
  let tail = '';

  const learn = (payload: string): void => {
    head = '';
    for (const key of keys) {
      const place = placeAfter(payload, key);
      if (place === null || place.end <= place.start) continue;
      const [before, after] = [payload.slice(0, place.start), payload.slice(place.end)];
      if (!onlySays(read(before + after), false)) continue;
      [head, tail] = [before, after];
      return;
    }
  };
  // Comparing slices costs half of what startsWith and endsWith do.
  const fits = (payload: string): boolean => {
    const end = payload.length - tail.length;
    return (
      head !== '' &&
      end > head.length &&
      payload.slice(0, head.length) === head &&
      payload.slice(end) === tail &&
      STRING_BODY.test(payload.slice(head.length, end))
    );
  };

  return (payload) => {
    if (fits(payload)) return TEXT_EVENT;
    const event = read(payload);
    if (onlySays(event, true)) learn(payload);
    return event;
  };
};
