import { randomUUID } from 'node:crypto';

/** That no other process has drawn, or will. */
export const uniqueId = (): string => randomUUID();
