import { realTime } from '../adapters/host/real-time.ts';
import { createWallMeter } from '../adapters/load/wall-meter.ts';
import type { WallMeter } from '../ports/wall-meter.ts';
import type { BenchOptions } from '../runs/benchmarking/request.ts';
import { keyIn } from './bench-access.ts';

/** The meter at the plug that was named; null where none was. It has answered once. @throws VoltanaError METER_FAILED, FILE_UNREADABLE, FILE_MALFORMED */
export async function wallOf({ wall, request }: BenchOptions): Promise<WallMeter | null> {
  if (wall === null) return null;
  const { wallMeterKeyFile, wallMeterInsecure = false } = request;
  const key = wallMeterKeyFile === undefined ? null : await keyIn(wallMeterKeyFile, 'key of a meter');
  const meter = createWallMeter({ ...wall, time: realTime(), key, insecure: wallMeterInsecure });
  try {
    // A meter that does not answer is known before the load, not after it.
    await meter.read();
    return meter;
  } catch (error) {
    await meter.close();
    throw error;
  }
}
