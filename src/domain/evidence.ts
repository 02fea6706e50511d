/** Where a figure comes from, strongest first. A document inherits the weakest evidence of its parts. */
const EVIDENCE = ['measured', 'validated', 'emulated', 'extrapolated'] as const;
export type Evidence = (typeof EVIDENCE)[number];

export const weakest = (...parts: readonly Evidence[]): Evidence =>
  parts.reduce((worst, part) => (EVIDENCE.indexOf(part) > EVIDENCE.indexOf(worst) ? part : worst), 'measured');
