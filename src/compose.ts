import { headerFields } from './adapters/host/document-header.ts';
import { fileExists } from './adapters/host/file-exists.ts';
import { fileStore } from './adapters/host/fs-store.ts';
import { processArgs } from './adapters/host/installation.ts';
import { assertPortFree } from './adapters/host/ports.ts';
import { realTime } from './adapters/host/real-time.ts';
import { shippedProfiles } from './adapters/host/shipped-profiles.ts';
import { columnsOf, takesColor } from './adapters/host/terminal.ts';
import { voltanaVariables } from './adapters/host/variables.ts';
import { timestamp } from './adapters/host/wall-clock.ts';
import { createStreamLoad } from './adapters/load/stream/stream-load.ts';
import { cardsOf, connect } from './compose/emulated-ports.ts';
import { emulatedLauncher, type LineLog } from './compose/launchers.ts';
import { screenPorts, type WantedScreen } from './compose/screen.ts';
import { underSignals } from './compose/signals.ts';
import type { Explanation } from './config/errors-from-ajv.ts';
import type { Comparison, RunRecord } from './domain/run-record.ts';
import type { ResolvedSettings } from './domain/settings.ts';
import type { Store } from './ports/store.ts';
import { listCards, showCard, type CardEntry, type ShippedCard, type ShippedKind } from './runs/browsing/cards.ts';
import { initFile, type InitRequest } from './runs/configuring/init.ts';
import { loadSettings, type GivenSettings } from './runs/configuring/load-settings.ts';
import { unknownSettings } from './runs/configuring/unknown-ids.ts';
import { validateFile, type Validation } from './runs/configuring/validate-file.ts';
import { demo, type DemoPorts } from './runs/demo/demo.ts';
import { DemoJournal } from './runs/demo/journal.ts';
import type { DemoOptions } from './runs/demo/options.ts';
import { resolveDemo, type DemoRequest } from './runs/demo/resolve.ts';
import { plainDemoView, screenDemoView, type DemoView } from './runs/demo/view.ts';
import { estimate, type EstimateRequest, type OperatingPoint } from './runs/estimating/estimate.ts';
import { estimateFitted } from './runs/estimating/fitted.ts';
import { fit, type FitResult } from './runs/fitting/fit.ts';
import { checkFitOutputs as checkFitFiles, figuresOf, writeFit as writeFitFiles } from './runs/fitting/output-files.ts';
import type { FitRequest } from './runs/fitting/request.ts';
import { Library } from './runs/library.ts';
import { resolveSimulation } from './runs/simulating/resolve.ts';
import type { SimulateOptions, SimulateRequest } from './runs/simulating/options.ts';
import { createRandom } from './statistics/random.ts';

export type { DemoJournal, DemoOptions, DemoRequest, EstimateRequest, FitRequest, FitResult, OperatingPoint };

/** Whether what is printed on stdout may hold colours. */
export const colorful = (): boolean => takesColor();

/** Of the terminal on stdout; null where there is none. */
export const columns = (): number | null => columnsOf();

export { timestamp };

/** The files of this machine. */
export const store = (): Store => fileStore();

const library = (): Library => new Library(shippedProfiles(fileStore()), fileStore());

/** Every setting as it holds: defaults < config file < environment < flags. */
export const settings = (given: GivenSettings): Promise<ResolvedSettings> => loadSettings(given, voltanaVariables(), fileStore());

export const initConfig = (request: InitRequest): Promise<void> =>
  initFile(request, { store: fileStore(), library: library(), exists: fileExists });

/** What of the settings, as they hold, means nothing here: ids and cluster files. */
export const settingsProblems = (settings: ResolvedSettings): Promise<Explanation[]> => unknownSettings(settings, library());

export const validateConfig = (file: string): Promise<Validation> => validateFile(file, fileStore(), library());

/** What ships, of one kind or of all. */
export const shippedCards = (kind: ShippedKind | undefined): Promise<CardEntry[]> => listCards(kind, library());

export const shippedCard = (id: string, kind: ShippedKind | undefined): Promise<ShippedCard> => showCard(id, kind, library());

export const planDemo = (request: DemoRequest): Promise<DemoOptions> => resolveDemo(request, library(), fileStore());

/** Keeps the finished parts of a demo beside `output` until the whole is there. */
export const demoJournal = (output: string | undefined): DemoJournal => new DemoJournal(fileStore(), output);

export const runEstimate = ({ fitted, ...request }: EstimateRequest): Promise<OperatingPoint[]> =>
  fitted === undefined ? estimate(request, library()) : estimateFitted({ ...request, fitted }, library());

/** Fitting has no chance in it: the seed of its header says so. */
const NO_SEED = 0;

export const runFit = (request: FitRequest, argv: readonly string[]): Promise<FitResult> =>
  fit(request, headerFields(argv, NO_SEED), { store: fileStore(), library: library(), exists: fileExists });

export const fitFigures = figuresOf;

export const checkFitOutputs = (files: readonly string[], format: string | undefined): Promise<void> =>
  checkFitFiles(files, format, fileStore());

export const writeFit = (result: FitResult, files: readonly string[], onWritten: (file: string) => void): Promise<void> =>
  writeFitFiles(result, files, { store: fileStore(), exists: fileExists, onWritten });

async function demoPorts(options: DemoOptions, onLog: LineLog): Promise<DemoPorts> {
  const { createGatewayLauncher } = await import('./adapters/launch/local/gateway-launcher.ts');
  const time = realTime();
  return {
    launcher: await emulatedLauncher(options.cluster, cardsOf(options), options.cluster.instances, onLog),
    gatewayLauncher: createGatewayLauncher({ args: processArgs('gateway'), onLog: (line) => onLog('gateway', line) }),
    connect,
    loadFor: (url, modelId) => createStreamLoad({ url, model: modelId, time, api: 'openai-completions' }),
    time,
    random: createRandom(options.seed).fork('profiling'),
  };
}

/**
 * How a demo is shown: on a terminal as a live screen if `screen` says so, otherwise in lines.
 * @param say prints one line for people
 */
export async function demoView(options: DemoOptions, wanted: WantedScreen, say: (line: string, phase: string) => void): Promise<DemoView> {
  const ports = await screenPorts(wanted, say);
  return ports === null ? plainDemoView(options, say) : screenDemoView(options, ports);
}

export interface DemoHooks {
  readonly view: DemoView;
  readonly journal: DemoJournal;
  readonly onLog: (source: string, line: string) => void;
}

/** Runs a planned demo to its end, or to the first signal. */
export const runDemo = (options: DemoOptions, argv: readonly string[], { view, journal, onLog }: DemoHooks): Promise<Comparison> =>
  underSignals('demo', async (signal) => {
    try {
      const { host, port = 0 } = options.cluster.gateway;
      // Also without a port: the address may not be ours, and that is better known now than after the profile.
      await assertPortFree(host, port);
      const header = { ...headerFields(argv, options.seed), evidence: 'emulated' as const };
      const comparison = await demo(options, await demoPorts(options, onLog), header, signal, journal.follow(view.listener));
      await view.close('done');
      return comparison;
    } catch (error) {
      await view.close('stopped');
      throw error;
    }
  });

export const planSimulation = (request: SimulateRequest): Promise<SimulateOptions> => resolveSimulation(request, library(), fileStore());

/** Simulates what was planned to its end, or to the first signal. The simulator is loaded when it is needed. */
export const runSimulation = (options: SimulateOptions, argv: readonly string[], say: (text: string) => void): Promise<RunRecord> =>
  underSignals('simulation', async (signal) => {
    const { simulateAll } = await import('./runs/simulating/run.ts');
    return simulateAll(options, { header: headerFields(argv, options.scenario.seed), time: realTime(), signal, say });
  });
