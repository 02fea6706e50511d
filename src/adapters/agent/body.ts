import type { IncomingMessage } from 'node:http';
import { VoltanaError } from '../../domain/errors.ts';
import { Refusal } from './refusal.ts';

const LIMIT_BYTES = 64 * 1024;
const JSON_TYPE = /^application\/json\s*(;|$)/i;

const tooLarge = (): Refusal => new Refusal(413, new VoltanaError('BAD_VALUE', `the body has more than ${LIMIT_BYTES} bytes`));

/**
 * The bytes of a body. The surplus of one that is too large is read and dropped: whoever is cut off while sending would
 * never see the answer.
 */
const readBytes = (request: IncomingMessage): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    let ended = false;
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= LIMIT_BYTES) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.once('end', () => {
      ended = true;
      if (sizeBytes > LIMIT_BYTES) reject(tooLarge());
      else resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    });
    request.once('close', () => {
      if (!ended) reject(new VoltanaError('BAD_VALUE', 'the asker left while it was sending'));
    });
  });

/** @throws Refusal 413 or 415, VoltanaError BAD_VALUE */
export const readJson = async (request: IncomingMessage): Promise<unknown> => {
  // Also what keeps the forms of a web page out: they cannot send this type unasked.
  if (!JSON_TYPE.test(request.headers['content-type'] ?? ''))
    throw new Refusal(415, new VoltanaError('BAD_VALUE', 'the body must have the content-type application/json'));
  const bytes = await readBytes(request);
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    throw new VoltanaError('BAD_VALUE', 'the body is not valid JSON');
  }
};
