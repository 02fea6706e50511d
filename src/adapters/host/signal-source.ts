import { readFile } from 'node:fs/promises';
import { VoltanaError } from '../../domain/errors.ts';
import type { SignalSource } from '../../ports/signal-source.ts';

const TIMEOUT_MS = 5000;
const MOST_CHARACTERS = 100_000;
const KEYS = ['carbonIntensity', 'price'] as const;

/** A number, or JSON with `carbonIntensity` or `price`. @throws Error in words for anything else */
export function signalIn(text: string): number {
  const said = text.trim().slice(0, MOST_CHARACTERS);
  let value: unknown;
  try {
    value = JSON.parse(said);
  } catch {
    throw new Error(`"${said.slice(0, 40)}" is neither a number nor JSON`);
  }
  const members = value as Readonly<Record<string, unknown>> | null;
  const found = typeof value === 'number' ? value : KEYS.map((key) => members?.[key]).find((one) => typeof one === 'number');
  if (typeof found !== 'number') throw new Error(`it holds no number, and none named ${KEYS.join(' or ')}`);
  if (found < 0 || !Number.isFinite(found)) throw new Error(`${found} is no carbon intensity and no price`);
  return found;
}

async function fetched(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), headers: { accept: 'application/json, text/plain' } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`it answers HTTP ${answer.status}`);
  return text;
}

const isUrl = (where: string): boolean => /^https?:\/\//.test(where);

/** Of a file or a URL. @throws VoltanaError BAD_VALUE for a URL of another kind */
export function openSignal(where: string): SignalSource {
  if (/^\w+:\/\//.test(where) && !(isUrl(where) && URL.canParse(where)))
    throw new VoltanaError('BAD_VALUE', `--signal "${where}" is neither a file nor an http URL`, {
      hint: 'Name a file or URL that holds a number, or JSON with carbonIntensity or price.',
    });
  return {
    read: async () => signalIn(isUrl(where) ? await fetched(where) : await readFile(where, 'utf8')),
    close: () => Promise.resolve(),
  };
}
