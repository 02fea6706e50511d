import { PREFIX_BLOCK_TOKENS } from '../../domain/request.ts';
import { asObject, type JsonObject } from './json-lines.ts';
import { MAX_TOKENS, type LayoutText, type TraceSink } from './layout.ts';

export const SHAREGPT: LayoutText = {
  format: 'sharegpt',
  what: 'A file of conversations',
  looks: 'is JSON: conversations with a list of turns, each with from and value (or role and content)',
};

/** English text under a current tokenizer; other scripts have more bytes a character, and about as many bytes a token. */
const BYTES_PER_TOKEN = 4;

const ASCII = 0x80;
const TWO_BYTES = 0x800;

/** Of the text in UTF-8. A pair of surrogates counts for its four bytes as two of two. */
const bytesOf = (text: string): number => {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const surrogate = code >= 0xd800 && code < 0xe000;
    bytes += code < ASCII ? 1 : code < TWO_BYTES || surrogate ? 2 : 3;
  }
  return bytes;
};

interface Turn {
  readonly speaker: 'human' | 'model' | 'other';
  readonly bytes: number;
}

const SPEAKERS: Readonly<Record<string, Turn['speaker']>> = {
  human: 'human',
  user: 'human',
  gpt: 'model',
  assistant: 'model',
  chatgpt: 'model',
  bing: 'model',
  bard: 'model',
  model: 'model',
};

const turnsOf = (value: JsonObject): readonly unknown[] | null => {
  const turns = value['conversations'] ?? value['conversation'] ?? value['messages'] ?? value['items'];
  return Array.isArray(turns) ? (turns as unknown[]) : null;
};

export const isConversation = (value: JsonObject): boolean => turnsOf(value) !== null;

const turnOf = (entry: unknown): Turn | null => {
  const turn = asObject(entry);
  const [speaker, text] = [turn?.['from'] ?? turn?.['role'], turn?.['value'] ?? turn?.['content']];
  if (typeof speaker !== 'string' || typeof text !== 'string') return null;
  return { speaker: Object.hasOwn(SPEAKERS, speaker) ? SPEAKERS[speaker]! : 'other', bytes: bytesOf(text) };
};

const tokens = (bytes: number): number => Math.ceil(bytes / BYTES_PER_TOKEN);

/**
 * Each answered turn of a human is a request: everything before it is its prompt, the answer its length. Turns of one conversation share
 * the blocks of their history.
 */
export const readConversation = (value: JsonObject, line: number, sink: TraceSink): void => {
  sink.untimed();
  sink.note(`lengths are estimated: ${BYTES_PER_TOKEN} bytes of text a token`);
  const turns = (turnsOf(value) ?? sink.fail(line, 'a conversation without a list of turns')).map(
    (entry) => turnOf(entry) ?? sink.fail(line, 'a turn needs from and value, or role and content, as texts'),
  );
  const blocks: string[] = [];
  let historyBytes = 0;
  turns.forEach(({ speaker, bytes }, i) => {
    historyBytes += bytes;
    if (speaker !== 'human') return;
    const answer = turns[i + 1]?.speaker === 'model' ? tokens(turns[i + 1]!.bytes) : 0;
    const promptTokens = tokens(historyBytes);
    if (answer === 0 || promptTokens === 0) return sink.drop('turns that nobody answered');
    if (promptTokens > MAX_TOKENS || answer > MAX_TOKENS) sink.fail(line, `a turn of more than ${MAX_TOKENS} tokens`);
    const whole = Math.floor(promptTokens / PREFIX_BLOCK_TOKENS);
    while (blocks.length < whole) blocks.push(sink.newBlock());
    sink.add(0, promptTokens, answer, whole === 0 ? undefined : blocks.slice(0, whole));
  });
};
