const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

/** Digits of a monotonic clock in microseconds, which all processes of a machine share. */
export const STAMP_DIGITS = 16;
export const STAMP_KEY = '"id":"';
const ZEROS = '0'.repeat(STAMP_DIGITS);

/** An event of vLLM's and SGLang's usual size, about 200 bytes. */
const EVENT = `data: {${STAMP_KEY}${ZEROS}","object":"text_completion","created":1700000000,"model":"bench-model","choices":[{"index":0,"text":" token","logprobs":null,"finish_reason":null,"stop_reason":null}],"usage":null}\n\n`;
const USAGE = `data: {"id":"${ZEROS}","object":"text_completion","created":1700000000,"model":"bench-model","choices":[],"usage":{"prompt_tokens":8,"completion_tokens":1,"total_tokens":9}}\n\n`;

const TEMPLATE = Buffer.from(chunk(EVENT));
const STAMP_AT = TEMPLATE.indexOf(ZEROS);

export const EVENT_BYTES = EVENT.length;
export const STREAM_HEAD = Buffer.from('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n');
/** Usage, the end of the stream and of its body. */
export const LAST_EVENTS = Buffer.from(`${chunk(USAGE)}${chunk('data: [DONE]\n\n')}0\r\n\r\n`);

export const nowUs = (): number => Number(process.hrtime.bigint() / 1000n);

/** An event that says when it was made. */
export const eventNow = (): Buffer => {
  const event = Buffer.from(TEMPLATE);
  event.write(String(nowUs()).padStart(STAMP_DIGITS, '0'), STAMP_AT, 'latin1');
  return event;
};
