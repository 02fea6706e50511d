import { isConversation, readConversation, SHAREGPT } from './conversations.ts';
import { objectIn, type JsonObject } from './json-lines.ts';
import { JsonValues } from './json-values.ts';
import { isResult, resultLayout, resultReader, SGLANG, VLLM } from './results.ts';
import type { Layout, LayoutText, LineReader, TraceSink } from './layout.ts';

const NONE: LayoutText = {
  format: 'sharegpt',
  what: 'A JSON document that voltana reads',
  looks: 'is one of conversations (ShareGPT), or a result of vllm bench serve or sglang bench_serving',
};

const layoutOf = (value: JsonObject): LayoutText | null =>
  isConversation(value) ? SHAREGPT : isResult(value) ? resultLayout(value) : null;

/** Files that hold JSON objects in a list or one after another; what they are shows in the first of them. */
const open = (sink: TraceSink): LineReader => {
  const readResult = resultReader(sink);
  let first: LayoutText | null = null;
  return new JsonValues(sink, (text, line) => {
    const value = objectIn(text) ?? sink.fail(line, 'not JSON: what begins here is damaged');
    const layout = layoutOf(value) ?? sink.fail(line, 'neither a conversation nor the result of a benchmark');
    if (first === null) sink.is((first = layout));
    if ((layout === SHAREGPT) !== (first === SHAREGPT)) sink.fail(line, 'conversations and results in one file');
    if (layout === SHAREGPT) readConversation(value, line, sink);
    else readResult(value, layout, line);
  });
};

const layout = (about: LayoutText): Layout => ({ ...about, begins: (line) => /^\s*[[{]/.test(line), open });

/** Whatever begins like JSON and is nothing else. */
export const DOCUMENT = layout(NONE);
export const DOCUMENTS = [layout(SHAREGPT), layout(VLLM), layout(SGLANG)];
