import { counterBeganAnew, type DeviceEvent } from '../../../domain/device.ts';
import { DRIVER_NOT_LOADED, GPU_IS_LOST, RESET_REQUIRED, UNINITIALIZED, meaningOf } from './codes.ts';
import type { Lane } from './driver.ts';

/** Nobody has asked for so many: the oldest are forgotten. */
const MOST_EVENTS = 1000;

/** Those that drop clocks or end work; all are in NVIDIA's list of Xid errors. */
const XIDS: Readonly<Record<number, string>> = {
  48: 'double-bit memory error',
  63: 'memory row remapping',
  64: 'memory row remapping failed',
  74: 'NVLink error',
  79: 'the GPU has fallen off the bus',
  94: 'contained memory error',
  95: 'uncontained memory error',
  119: 'the GPU system processor does not answer',
  120: 'the GPU system processor failed',
};

/** What makes the driver forget, found out by the way; survives that the driver is opened anew. */
export class Watch {
  private told: DeviceEvent[] = [];
  private readonly counterJ = new Map<string, number>();
  private readonly persistent = new Map<string, boolean>();
  private readonly lost = new Set<string>();

  /** Each return code. True when the driver must be opened anew. */
  hear({ id }: Lane, code: number): boolean {
    if (code === UNINITIALIZED || code === DRIVER_NOT_LOADED) return true;
    if (id === null) return false;
    if (code === GPU_IS_LOST || code === RESET_REQUIRED) this.lose(id, meaningOf(code));
    return false;
  }

  reloaded(detail: string): void {
    this.tell({ id: null, what: 'reload', detail });
  }

  isLost(id: string): boolean {
    return this.lost.has(id);
  }

  xid(id: string | null, xid: number): void {
    const meaning = XIDS[xid];
    this.tell({ id, what: 'xid', detail: `XID ${xid}${meaning === undefined ? '' : `: ${meaning}`}` });
  }

  /** It has told power and clocks: what some calls still tell of a lost GPU proves nothing. */
  answered(id: string): void {
    if (this.lost.delete(id)) this.tell({ id, what: 'reset', detail: 'it answers again after it was lost' });
  }

  /** The counter of energy begins anew with the driver, and only then. */
  counted(id: string, counterJ: number | null): void {
    if (counterJ === null) return;
    const beforeJ = this.counterJ.get(id);
    this.counterJ.set(id, counterJ);
    if (beforeJ === undefined || !counterBeganAnew(beforeJ, counterJ)) return;
    this.tell({ id, what: 'reload', detail: `its energy counter fell from ${beforeJ} to ${counterJ} J` });
  }

  persistence(id: string, on: boolean): void {
    if (this.persistent.get(id) === true && !on) this.tell({ id, what: 'persistence-off', detail: 'persistence mode was turned off' });
    this.persistent.set(id, on);
  }

  take(): readonly DeviceEvent[] {
    const told = this.told;
    this.told = [];
    return told;
  }

  private lose(id: string, detail: string): void {
    if (this.lost.has(id)) return;
    this.lost.add(id);
    this.tell({ id, what: 'lost', detail });
  }

  private tell(event: DeviceEvent): void {
    this.told.push(event);
    if (this.told.length > MOST_EVENTS) this.told.shift();
  }
}
