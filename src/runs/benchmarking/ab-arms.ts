import { VoltanaError } from '../../domain/errors.ts';
import type { ArmName } from '../../domain/ab.ts';
import type { BenchRequest } from './request.ts';

const KEYS = ['governor', 'routing', 'clocks', 'fitted'] as const;
type Key = (typeof KEYS)[number];

/** What one configuration of an A/B test changes of the request. */
export type Arm = Partial<Pick<BenchRequest, Key | 'url'>>;

const HINT = `Name a governor (--ab max slo), give settings (--ab governor=fixed,clocks=1005 governor=slo,routing=eco), or two URLs of the same GPUs.`;

const settingOf = (text: string, part: string): Arm => {
  const [key = '', ...rest] = part.split('=');
  const known = KEYS.find((one) => one === key.trim());
  const value = rest.join('=').trim();
  if (known !== undefined && value !== '') return { [known]: value };
  throw new VoltanaError('BAD_VALUE', `--ab "${text}": "${part}" is no setting of a configuration (there are: ${KEYS.join(', ')})`, {
    hint: HINT,
  });
};

/** `slo`; `governor=fixed,clocks=1005:1200`; or a URL. @throws VoltanaError BAD_VALUE */
function parseArm(text: string): Arm {
  if (/^https?:\/\//.test(text)) return { url: text };
  if (!text.includes('=')) {
    if (text.trim() !== '') return { governor: text.trim() };
    throw new VoltanaError('BAD_VALUE', '--ab needs two configurations', { hint: HINT });
  }
  return Object.assign({}, ...text.split(',').map((part) => settingOf(text, part))) as Arm;
}

/** What each arm is asked. @throws VoltanaError BAD_VALUE, BAD_FLAG */
export function armRequests(request: BenchRequest, texts: readonly string[]): Record<ArmName, BenchRequest> {
  const [a, b, ...more] = texts.map(parseArm);
  if (a === undefined || b === undefined || more.length > 0)
    throw new VoltanaError('BAD_FLAG', `--ab compares two configurations, not ${texts.length}`, { hint: HINT });
  if ((a.url === undefined) !== (b.url === undefined))
    throw new VoltanaError('BAD_FLAG', '--ab compares two URLs, or two configurations of one cluster', { hint: HINT });
  if (a.url === undefined && request.url !== undefined)
    throw new VoltanaError('BAD_FLAG', `--url ${request.url} is an endpoint whose governor nobody here can change`, {
      hint: 'Give --cluster FILE to serve it both ways, or --ab with two URLs.',
    });
  if (request.concurrency !== undefined)
    throw new VoltanaError('BAD_FLAG', 'an A/B test asks both for the same work at the same times, which a closed loop does not', {
      hint: 'Give --rate R instead of --concurrency.',
    });
  return { A: { ...request, ...a }, B: { ...request, ...b } };
}
