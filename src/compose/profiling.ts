import { VirtualCluster } from '../adapters/engines/emulated/virtual/cluster.ts';
import { createEngineProbe } from '../adapters/engines/probe/probe.ts';
import { headerFields } from '../adapters/host/document-header.ts';
import { fileKind } from '../adapters/host/file-exists.ts';
import { fileStore } from '../adapters/host/fs-store.ts';
import { hostProcesses } from '../adapters/host/processes.ts';
import { realTime } from '../adapters/host/real-time.ts';
import { shippedProfiles } from '../adapters/host/shipped-profiles.ts';
import { uniqueId } from '../adapters/host/unique-id.ts';
import { VirtualTime } from '../adapters/host/virtual-time.ts';
import type { RecordedProfile } from '../domain/profile.ts';
import type { Say } from '../runs/job-screen.ts';
import { Library } from '../runs/library.ts';
import { prospectOf, type ProfileProspect } from '../runs/profiling/dry-run.ts';
import { groundOf, type ProfileGround } from '../runs/profiling/ground.ts';
import type { ProfileJournal } from '../runs/profiling/journal.ts';
import { assertFree, openJournal, withWhatIsKept, type JournalPlace } from '../runs/profiling/open-journal.ts';
import type { AnyProfileOptions, ProfileOptions, RealProfileOptions } from '../runs/profiling/options.ts';
import { profileReal } from '../runs/profiling/real.ts';
import type { ProfileRequest } from '../runs/profiling/request.ts';
import { resolveProfile } from '../runs/profiling/resolve.ts';
import { profileLaunched, profileOn, type ProfileRun } from '../runs/profiling/run.ts';
import { plainProfileView, screenProfileView, type ProfileListener, type ProfileView } from '../runs/profiling/view.ts';
import { cardsOf, connect } from './emulated-ports.ts';
import { clusterLauncher, emulatedLauncher, type LineLog } from './launchers.ts';
import { profileClocks } from './profile-clocks.ts';
import { screenPorts, type WantedScreen } from './screen.ts';
import { underSignals } from './signals.ts';

export type { AnyProfileOptions, JournalPlace, ProfileRequest, ProfileView };

/** How a profile is shown: on a terminal as a live screen if `wanted` says so, otherwise in lines. */
export async function profileView(options: AnyProfileOptions, wanted: WantedScreen, say: Say): Promise<ProfileView> {
  const ports = await screenPorts(wanted, say);
  return ports === null ? plainProfileView(say) : screenProfileView(options, ports, say);
}

export const planProfile = (request: ProfileRequest): Promise<AnyProfileOptions> =>
  resolveProfile(request, new Library(shippedProfiles(fileStore()), fileStore()));

export const profileProspect = (options: AnyProfileOptions): ProfileProspect => prospectOf(options);

const journalPorts = () => ({ store: fileStore(), kindOf: fileKind, processes: hostProcesses() });

export interface ProfileHooks {
  /** What people should know of the journal, in sentences. */
  readonly onNote: (text: string) => void;
  /** Of what will be measured. */
  readonly onStart: (instances: readonly string[]) => void;
  readonly onPoint: (text: string) => void;
  readonly onLog: LineLog;
  readonly watch?: ProfileListener;
}

export interface ProfileOutcome {
  readonly document: RecordedProfile;
  /** Of the points, until the document is written. */
  readonly journal: ProfileJournal;
}

/** The machines of an emulated cluster in this process, on a time that runs as fast as they are computed. */
async function profileVirtual({ cluster, gpu, model, engine, instances }: ProfileOptions, run: ProfileRun): Promise<RecordedProfile> {
  const specs = instances.map(({ id, role, seed = 0 }) => ({ id, role, gpu, model, engine, tp: cluster.tp, seed }));
  const time = new VirtualTime();
  const machines = new VirtualCluster(specs, time);
  try {
    return await time.finish(profileOn({ ...machines, time }, machines.instances, run));
  } finally {
    machines.close();
  }
}

async function profileEmulated(options: ProfileOptions, run: ProfileRun, onLog: LineLog): Promise<RecordedProfile> {
  if (options.virtualTime) return profileVirtual(options, run);
  const launcher = await emulatedLauncher(options.cluster, cardsOf(options), options.instances, onLog);
  return profileLaunched({ launcher, connect, time: realTime() }, run);
}

type RealRun = Pick<ProfileRun, 'header' | 'signal' | 'onPoint' | 'watch'> & {
  readonly openJournal: (ground: ProfileGround) => Promise<ProfileJournal>;
};

async function profileEngines(options: RealProfileOptions, run: RealRun, onLog: LineLog): Promise<RecordedProfile> {
  const { cluster, cards, seed } = options;
  const time = realTime();
  const { launcher, close } = await clusterLauncher({ cluster, cards }, onLog);
  const probe = createEngineProbe({ cluster, time, seed });
  try {
    return await profileReal(
      {
        launcher,
        time,
        probe,
        clocksFor: (instances) => profileClocks(cluster, instances, time),
        openJournal: run.openJournal,
      },
      { ...run, options, holder: `voltana profile ${uniqueId()}` },
    );
  } finally {
    await Promise.all([close(), probe.close()]);
  }
}

/**
 * Measures what was planned to its end, or to the first signal; what was measured until then is in the journal, and the error says so. Of
 * engines of their own nobody knows before they run what they are, so that their journal is opened only then.
 */
export async function runProfile(
  options: AnyProfileOptions,
  place: JournalPlace,
  argv: readonly string[],
  { onNote, onStart, onPoint, onLog, watch = {} }: ProfileHooks,
): Promise<ProfileOutcome> {
  const evidence = options.cluster.engine.kind === 'emulated' ? ('emulated' as const) : ('measured' as const);
  const header = { ...headerFields(argv, options.seed), evidence };
  let journal: ProfileJournal | null = null;
  const open = async (ground: ProfileGround): Promise<ProfileJournal> => {
    const opened = await openJournal(ground, place, journalPorts());
    for (const note of opened.notes) onNote(note);
    onStart(ground.instances.map(({ id }) => id));
    watch.opened?.(ground, opened.journal);
    return (journal = opened.journal);
  };
  const measure = async (signal: AbortSignal): Promise<RecordedProfile> => {
    if (options.real) return profileEngines(options, { header, signal, onPoint, watch, openJournal: open }, onLog);
    const ground = groundOf(options);
    return profileEmulated(options, { ground, journal: journal!, header, signal, onPoint, watch }, onLog);
  };
  try {
    if (options.real) await assertFree(place, journalPorts());
    else await open(groundOf(options));
    const document = await underSignals('profile', measure);
    return { document, journal: journal! };
  } catch (error) {
    throw journal === null ? error : await withWhatIsKept(error, journal, argv);
  }
}
