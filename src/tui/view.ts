import type { Role } from '../domain/instance.ts';
import type { Units } from './units.ts';

const SORTS = ['id', 'watts', 'load', 'latency'] as const;
export type Sort = (typeof SORTS)[number];

/** In the order in which they get room; `fleet` is always there. */
export type PanelId = 'fleet' | 'tuning' | 'grid' | 'front' | 'map' | 'latency' | 'decisions' | 'power' | 'warnings';

/** How the person before the screen looks at the state: none of it changes what is shown. */
export interface View {
  /** Whether anybody can press keys here. */
  readonly keys: boolean;
  readonly help: boolean;
  /** The frame that stays when the screen has ended: a record, in which every phase has its line. */
  readonly last: boolean;
  readonly paused: boolean;
  readonly sort: Sort;
  /** The panel that has the window to itself; null shows all that fit. */
  readonly focus: PanelId | null;
  /** Rows of the fleet scrolled past, in each role. */
  readonly scroll: number;
  /** The phase whose energy map is drawn. */
  readonly role: Role;
  readonly units: Units;
  readonly quit: 'no' | 'asked' | 'sent';
}

export const QUIET_VIEW: View = {
  keys: false,
  help: false,
  last: false,
  paused: false,
  sort: 'id',
  focus: null,
  scroll: 0,
  role: 'decode',
  units: 'usual',
  quit: 'no',
};

/** What is on the screen while a key is pressed. */
export interface Shown {
  readonly panels: readonly PanelId[];
  readonly maxScroll: number;
}

type Change = (view: View, shown: Shown) => Partial<View>;

const around = <T>(all: readonly T[], present: T, step: number): T => all[(all.indexOf(present) + step + all.length) % all.length] as T;

const turned =
  (step: number): Change =>
  ({ focus }, { panels }) => ({ focus: around<PanelId | null>([null, ...panels], focus, step), help: false });

const scrolled =
  (step: number): Change =>
  ({ scroll }, { maxScroll }) => ({ scroll: Math.min(maxScroll, Math.max(0, Math.min(scroll, maxScroll) + step)) });

const paused: Change = (view) => ({ paused: !view.paused });

const CHANGES: Readonly<Record<string, Change>> = {
  '?': (view) => ({ help: !view.help }),
  space: paused,
  p: paused,
  s: ({ sort }) => ({ sort: around(SORTS, sort, 1), scroll: 0 }),
  m: ({ role }) => ({ role: role === 'decode' ? 'prefill' : 'decode' }),
  u: ({ units }) => ({ units: units === 'usual' ? 'other' : 'usual' }),
  tab: turned(1),
  'shift-tab': turned(-1),
  down: scrolled(1),
  j: scrolled(1),
  up: scrolled(-1),
  k: scrolled(-1),
  escape: () => ({ help: false, focus: null }),
};

/** Once sent it stays so: a second one would be the second Ctrl-C, which ends things at once. */
const quitting = ({ quit }: View): Partial<View> => ({ quit: quit === 'no' ? 'asked' : 'sent' });

const numbered = (key: string, { panels }: Shown): Partial<View> => {
  const focus = /^[1-9]$/.test(key) ? panels[Number(key) - 1] : undefined;
  return focus === undefined ? {} : { focus, help: false };
};

/** The view after one key. A key that means nothing takes a question back, and does no more. */
export const afterKey = (view: View, key: string, shown: Shown): View => {
  if (key === 'q') return { ...view, ...quitting(view) };
  const change = Object.hasOwn(CHANGES, key) ? CHANGES[key] : undefined;
  const asked = view.quit === 'asked' ? { quit: 'no' as const } : {};
  return { ...view, ...asked, ...(change ? change(view, shown) : numbered(key, shown)) };
};
