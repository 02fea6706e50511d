import { serveInstance } from '../adapters/engines/emulated/process.ts';
import { realTime } from '../adapters/host/real-time.ts';
import { createEmulatedInstance } from '../emulation/instance.ts';
import { runChild } from './child.ts';

await runChild((spec) => serveInstance(spec, createEmulatedInstance, realTime()));
