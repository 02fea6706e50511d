import type { DeviceFactors } from '../../domain/cards.ts';

/** How one device differs from its card, as factors: the reason why a fit can be wrong. */
export interface Personality extends DeviceFactors {
  /** What the power sensor shows per real watt. Not part of the truth that an estimate tells. */
  readonly sensorGain: number;
}

/** No difference from the card. */
export const NO_DIFFERENCE: DeviceFactors = {
  gemm: 1,
  attention: 1,
  bandwidth: 1,
  overhead: 1,
  knee: 1,
  activePower: 1,
  dynamicPower: 1,
  tile: 1,
};

/** A device exactly as its card says. */
export const BY_THE_CARD: Personality = { ...NO_DIFFERENCE, sensorGain: 1 };
