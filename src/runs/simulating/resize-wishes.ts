import type { RestMode } from '../../control/resize/fleet-shape.ts';
import { RESIZE_TUNABLES } from '../../control/resize/plan.ts';
import { VoltanaError } from '../../domain/errors.ts';
import { MS_PER_S } from '../../domain/units.ts';
import type { FleetSize, ResizeWishes, SimulateRequest } from './options.ts';

const CHOICES = ['park', 'release', 'flip', 'aggregate'] as const;
const HINT = 'Give park or release, flip, aggregate, or several with commas, such as flip,release.';

function chosenFrom(text: string): ReadonlySet<string> {
  const chosen = text.split(',').map((part) => part.trim());
  const unknown = chosen.find((part) => !CHOICES.some((choice) => choice === part));
  if (unknown !== undefined) throw new VoltanaError('BAD_FLAG', `--resize does not know "${unknown}"`, { hint: HINT });
  if (chosen.includes('park') && chosen.includes('release'))
    throw new VoltanaError('BAD_FLAG', 'an instance that nobody needs is parked or released, not both', { hint: HINT });
  return new Set(chosen);
}

/** Aggregated engines in place of pairs leave some with nothing to do: these rest, and are parked where nobody said how. */
function restOf(chosen: ReadonlySet<string>): RestMode | null {
  if (chosen.has('release')) return 'release';
  return chosen.has('park') || chosen.has('aggregate') ? 'park' : null;
}

/** What was asked for of the fleet's size and roles; null for nothing. @throws VoltanaError BAD_FLAG */
export function resizeWishes({ resize, reloadS }: SimulateRequest, { aggregated }: FleetSize): ResizeWishes | null {
  if (resize === undefined) {
    if (reloadS === undefined) return null;
    throw new VoltanaError('BAD_FLAG', '--reload is the time of a change of role, and none may change', {
      hint: 'Give --resize flip, too.',
    });
  }
  const chosen = chosenFrom(resize);
  const flips = chosen.has('flip');
  if (flips && aggregated > 0)
    throw new VoltanaError('BAD_FLAG', 'aggregated instances have no role to flip', {
      hint: 'Leave out flip, or give --prefill N --decode N.',
    });
  const tunables = reloadS === undefined ? RESIZE_TUNABLES : { ...RESIZE_TUNABLES, reloadMs: reloadS * MS_PER_S };
  return { rest: restOf(chosen), tunables, flips, aggregates: chosen.has('aggregate') };
}
