import { valuesOf } from '../src/config/resolve-settings.ts';
import { VoltanaError } from '../src/domain/errors.ts';
import type { TuningView } from '../src/domain/tuning-orders.ts';
import { toJson } from '../src/reporting/json.ts';
import { auditLine, renderLiveReport, renderTuningView } from '../src/reporting/tuning/live.ts';
import type { ClusterWishes, GatewayAddress, LiveHooks } from '../src/compose/tuning-live.ts';
import { createLog, type Log } from './log.ts';
import { screenWanted } from './screen-wanted.ts';
import { settingsOf } from './settings.ts';
import { checkLive, liveAction } from './tune-live-check.ts';
import type { TuneFlags } from './tune-flags.ts';
import type { Outlets } from './tune-search.ts';

const DEFAULT_CURRENCY = 'USD';

const accessOf = (flags: TuneFlags): Omit<GatewayAddress, 'url'> => ({
  apiKeyFile: flags['api-key-file'],
  caFile: flags['endpoint-ca-file'],
  insecure: flags.insecure,
});

const wishesOf = (flags: TuneFlags): ClusterWishes => ({
  sloTarget: flags['slo-target'],
  pace: flags.pace,
  killFile: flags['kill-file'],
  signal: flags.signal,
  durationS: flags.duration,
  detach: flags.detach,
  allowResize: flags['allow-resize'],
  access: accessOf(flags),
  prices: {
    pue: flags.pue ?? 1,
    perKwh: flags['price-per-kwh'] ?? null,
    perGpuHour: null,
    currency: flags.currency ?? DEFAULT_CURRENCY,
    gramsCo2PerKwh: flags['carbon-intensity'] ?? null,
  },
});

interface Hooks extends LiveHooks {
  serving(url: string): void;
  onLog(source: string, line: string): void;
}

/** Its times count from when it was begun here. */
function hooksOf(log: Log): Hooks {
  let fromMs = 0;
  return {
    started(view) {
      fromMs = view.atMs;
      log(renderTuningView(view), 'tune');
    },
    audit: (entry) => log(auditLine(entry, Math.min(fromMs, entry.atMs)), 'tune'),
    note: (text) => log(text, 'tune', 'warn'),
    serving: (url) => log(`gateway: ${url}/v1 takes OpenAI requests; Ctrl-C drains and ends`, 'serve'),
    onLog: (source, line) => log(`${source}: ${line}`, 'process', 'debug'),
  };
}

/** What does not wait for anything: a start that is left alone, an order, a look. @throws VoltanaError */
async function atOnce(flags: TuneFlags): Promise<TuningView> {
  const { orderLive, startLive } = await import('../src/compose/tuning-live.ts');
  const access = { url: flags.url!, ...accessOf(flags) };
  const action = liveAction(flags);
  if (action === 'live') return startLive(access, wishesOf(flags));
  return orderLive(access, action === 'status' ? null : { action, reason: 'by voltana tune' });
}

/** `voltana tune --live` and what stops it. @throws VoltanaError */
export async function tuneLive(flags: TuneFlags, argv: readonly string[], { print, printError }: Outlets): Promise<void> {
  checkLive(flags);
  const { tuneCluster, tuneGateway } = await import('../src/compose/tuning-live.ts');
  const { checkOutputs, writeOutputs } = await import('./outputs.ts');
  const { timestamp } = await import('../src/compose.ts');
  const outputs = await checkOutputs(flags.output);
  if (liveAction(flags) !== 'live' || flags.detach) {
    const view = await atOnce(flags);
    print(flags.json ? toJson(view).trimEnd() : renderTuningView(view));
    return writeOutputs(outputs, view);
  }
  const { rate: _rate, ...settable } = flags;
  const values = valuesOf(await settingsOf(settable));
  const log = createLog({ out: print, err: printError, now: timestamp }, { ...values, json: flags.json });
  const showing = { wanted: screenWanted(values, flags.json), say: log, hooks: hooksOf };
  const wishes = wishesOf(flags);
  const { report, interrupted } =
    flags.url === undefined
      ? await tuneCluster({ ...values, fitted: flags.fitted?.[0], durationS: flags.duration }, wishes, argv, showing)
      : await tuneGateway({ url: flags.url, ...accessOf(flags) }, wishes, showing);
  print(flags.json ? toJson(report).trimEnd() : renderLiveReport(report));
  await writeOutputs(outputs, report);
  if (interrupted !== null) throw new VoltanaError(interrupted.code, interrupted.message);
}
