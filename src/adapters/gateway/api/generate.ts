import type { RawObject } from '../../../domain/raw-json.ts';
import { optionalBoolean, optionalObject, promptIn } from './checks.ts';
import { at, inOrder, isObject, parseObject, type Json } from './json.ts';
import { countAfter, hasText, holdsError } from './scan.ts';
import type { ApiShape, Assembler, News, Wishes } from './shape.ts';
import { DONE_EVENT } from './usage.ts';

/** Counts of a batch come answer by answer: their sum is what has been generated. */
const scanner = (): ((payload: string, news: News) => void) => {
  const totals = new Map<number, number>();
  let sum = 0;
  let prompts = 0;
  return (payload, news) => {
    // The text is cumulative and comes first, unless a key order of its own says otherwise: what follows is short.
    const meta = Math.max(0, payload.lastIndexOf('"meta_info"'));
    const index = Math.max(0, countAfter(payload, '"index"', meta === 0 ? 0 : payload.lastIndexOf('"index"')));
    const completion = countAfter(payload, '"completion_tokens"', meta);
    const prompt = countAfter(payload, '"prompt_tokens"', meta);
    if (completion !== -1) {
      if (!totals.has(index)) prompts += Math.max(0, prompt);
      sum += completion - (totals.get(index) ?? 0);
      totals.set(index, completion);
    }
    news.completionTokens = completion === -1 ? -1 : sum;
    news.promptTokens = prompt === -1 ? -1 : prompts;
    news.cachedTokens = countAfter(payload, '"cached_tokens"', meta);
    news.text = completion === -1 && hasText(payload, '"text"');
    news.error = completion === -1 && holdsError(payload);
    news.opening = news.usageOnly = false;
  };
};

/** SGLang sends the text so far, or, when told so at its start, what is new: the first chunk that does not go on tells. */
class Answer {
  #last: Json = {};
  #joined = '';
  #cumulative = true;

  add(payload: Json): void {
    const text = typeof payload['text'] === 'string' ? payload['text'] : '';
    const before = typeof this.#last['text'] === 'string' ? this.#last['text'] : '';
    if (!text.startsWith(before)) this.#cumulative = false;
    this.#joined += text;
    this.#last = payload;
  }

  whole(): Json {
    return this.#cumulative ? this.#last : { ...this.#last, text: this.#joined };
  }
}

const assembler = (): Assembler => {
  const answers = new Map<number, Answer>();
  let batch = false;
  return {
    push(payload) {
      const chunk = parseObject(payload);
      batch ||= typeof chunk['index'] === 'number';
      at(answers, chunk['index'], () => new Answer()).add(chunk);
    },
    answer() {
      const whole = inOrder(answers).map((answer) => answer.whole());
      return JSON.stringify(batch && whole.length > 1 ? whole : (whole[0] ?? {}));
    },
  };
};

const read = ({ value }: RawObject): Wishes => {
  optionalObject(Array.isArray(value['sampling_params']) ? {} : value, 'sampling_params');
  const prompt = value['input_ids'] === undefined ? promptIn(value, 'text') : promptIn(value, 'input_ids');
  return { model: null, stream: optionalBoolean(value, 'stream'), usage: true, prompt };
};

const numbered = (answer: unknown, index: number): unknown => (isObject(answer) ? { ...answer, index } : answer);

/** SGLang's own `/generate`: every chunk holds the counts so far. */
export const generateShape: ApiShape = {
  path: '/generate',
  read,
  upstream: (body) => (body.value['stream'] === true ? body : body.with({ stream: 'true' })),
  scanner,
  assembler,
  events(answer) {
    const whole = JSON.parse(answer) as unknown;
    const chunks = Array.isArray(whole) ? whole.map(numbered) : [whole];
    return chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('') + DONE_EVENT;
  },
};
