import type { FleetControl } from '../../control/fleet-control.ts';
import type { EnergyReading } from '../../domain/clock.ts';
import type { LaunchedInstance } from '../../domain/instance.ts';
import type { Slo } from '../../domain/slo.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { TuningSummary } from '../../domain/tuning-orders.ts';
import type { ClockDriver } from '../../ports/clock-driver.ts';
import type { PowerMeter } from '../../ports/power-meter.ts';
import type { Time } from '../../ports/time.ts';
import type { MeterSample } from '../../telemetry/meter-sample.ts';

/** Hears what goes on, and has no say in it. */
export interface PlaneObserver {
  /** Each reading of a meter as it comes; `sample` has the clock beside it. */
  metered(reading: EnergyReading, sample: MeterSample): void;
  warned(text: string): void;
  decided(kind: 'route' | 'govern', durationMs: number): void;
}

/** Live tuning, as far as the plane knows it. */
export interface PlaneTuning {
  /** Each control period, before clocks are decided. Never throws. */
  look(): void;
  summary(): TuningSummary | null;
}

export interface ControlPlaneOptions {
  readonly fleet: FleetControl;
  readonly instances: readonly LaunchedInstance[];
  /** Null: nobody sets clocks here. */
  readonly driver: ClockDriver | null;
  /** Null: nobody counts energy here. */
  readonly meter: PowerMeter | null;
  readonly time: Time;
  readonly governor: string;
  readonly routing: string;
  readonly slo: Slo;
  /** Left out: nobody knows. */
  readonly mode?: Snapshot['mode'];
  /** What is served; left out, nobody knows. */
  readonly cluster?: Snapshot['cluster'];
  /** Who holds the leases: shown to whoever is refused. */
  readonly holder: string;
  readonly leaseTtlMs: number;
  /** Of each GPU; left out, nobody touches it. */
  readonly powerLimitW?: number;
  readonly observer?: PlaneObserver;
  /** Tunes what governs, where somebody does. */
  readonly tuning?: PlaneTuning;
  /** Known from the start, such as a profile that is missing. */
  readonly warnings?: readonly string[];
}
