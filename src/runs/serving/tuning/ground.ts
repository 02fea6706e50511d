import type { KillSwitch } from '../../../ports/kill-switch.ts';
import type { TuningJournal } from '../../../ports/tuning-journal.ts';

/** What live tuning needs of the machine that it runs on. */
export interface TuningGround {
  readonly journal: TuningJournal;
  readonly killSwitch: KillSwitch;
  readonly pid: number;
}
