import { gridLoads } from '../../tui/profile-grid.ts';
import { profileScreenOf } from '../../tui/profile-screen.ts';
import {
  afterProfileEvent,
  initialProfileState,
  type OpenedSweep,
  type ProfileEvent,
  type ProfileOutline,
} from '../../tui/profile-state.ts';
import { createRandom } from '../../statistics/random.ts';
import { jobScreen, type JobScreen, type Say } from '../job-screen.ts';
import type { ScreenPorts } from '../screen-feed.ts';
import { gridPoints } from './designs/grid.ts';
import type { ProfileGround } from './ground.ts';
import type { ProfileJournal } from './journal.ts';
import type { AnyProfileOptions } from './options.ts';
import type { ProfileWatch } from './run.ts';

/** Told of a profile from the moment at which it is known what can be measured. */
export interface ProfileListener extends ProfileWatch {
  opened?(ground: ProfileGround, journal: Pick<ProfileJournal, 'before'>): void;
}

/** Shows a profile while it is measured. */
export interface ProfileView {
  readonly listener: ProfileListener;
  /** For the command's own lines: in their place there may be a screen. */
  readonly say: Say;
  close(how: 'done' | 'stopped'): Promise<void>;
}

/** In lines: the command's own. */
export const plainProfileView = (say: Say): ProfileView => ({ listener: {}, say, close: () => Promise.resolve() });

function evidenceText(options: AnyProfileOptions): string {
  const { gpu, model, engine } = options.cluster;
  const source = engine.kind === 'emulated' ? 'emulated: modelled joules' : 'measured';
  return `${source}; ${model} on ${gpu}`;
}

const outlineOf = (options: AnyProfileOptions): ProfileOutline => ({
  title: `voltana profile: ${options.cluster.name}, seed ${options.seed}`,
  evidence: evidenceText(options),
  slo: options.cluster.slo,
  instances: options.instances.map(({ id, role, gpus }) => ({ id, role, gpuCount: gpus.length })),
  budgetGpuS: options.budgetGpuS / options.instances.length,
  virtualTime: options.real ? false : options.virtualTime,
});

function openedSweep(
  ground: ProfileGround,
  { id, role }: ProfileOutline['instances'][number],
  journal: Pick<ProfileJournal, 'before'>,
): OpenedSweep {
  const clocksMhz = ground.gridClocksMhz;
  // Which order they come in does not matter here.
  const planned = gridPoints(ground.spaceOf({ id, role }), clocksMhz, createRandom(ground.seed));
  const loads = gridLoads(planned.map(({ batch, tokens }) => (role === 'decode' ? batch : batch * tokens)));
  const { points, gpuSeconds } = journal.before(id);
  return { axes: { instance: id, role, clocksMhz, loads }, planned: planned.length, before: points, gpuSeconds };
}

const listenerOf = ({ instances }: ProfileOutline, tell: JobScreen<ProfileEvent>['tell']): ProfileListener => ({
  opened: (ground, journal) => tell({ kind: 'opened', sweeps: instances.map((instance) => openedSweep(ground, instance, journal)) }),
  begun: () => tell({ kind: 'begun' }),
  idle: (instance, gpuSeconds) => tell({ kind: 'idled', instance, gpuSeconds }),
  point: (point, gpuSeconds) => tell({ kind: 'measured', point, gpuSeconds }),
});

/** The live screen; lines from the moment at which it fails. */
export function screenProfileView(options: AnyProfileOptions, ports: ScreenPorts, say: Say): ProfileView {
  const outline = outlineOf(options);
  const picture = { initial: initialProfileState(outline), after: afterProfileEvent, draw: profileScreenOf };
  const screen = jobScreen<ReturnType<typeof initialProfileState>, ProfileEvent>('profile', picture, ports, say);
  return {
    listener: listenerOf(outline, screen.tell),
    say: screen.say,
    close(how) {
      screen.tell({ kind: how });
      return screen.close();
    },
  };
}
