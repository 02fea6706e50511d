import Demo from './demo.ts';
import Estimate from './estimate.ts';

/** Every command, by name. Their heavy parts are imported when they run. */
export const commands = { demo: Demo, estimate: Estimate };
