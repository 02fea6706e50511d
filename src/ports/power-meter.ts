import type { ClockDomainId } from '../domain/instance.ts';
import type { EnergyReading } from '../domain/clock.ts';

export interface PowerMeter {
  read(domain: ClockDomainId): Promise<EnergyReading>;
}
