import { VoltanaError } from '../../../domain/errors.ts';

/** As in ENOENT; '' for what the system has not thrown. */
export const systemCode = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
};

const GONE = new Set(['ENOENT', 'ENOTDIR', 'ENODEV', 'ENXIO', 'ESHUTDOWN']);

const notPermitted = (about: string, path: string, cause: unknown): VoltanaError =>
  new VoltanaError('NOT_PERMITTED', `${about}: ${path} may not be written by this user`, {
    hint: 'Let the agent set clocks, as root: sudo voltana agent; nobody else needs to be root.',
    cause,
  });

const readOnly = (about: string, path: string, cause: unknown): VoltanaError =>
  new VoltanaError('NOT_PERMITTED', `${about}: ${path} is read-only here, as in a container or a sandbox`, {
    hint: 'Run the agent on the host, as root: sudo voltana agent; in a container mount /sys writable, or make it privileged.',
    cause,
  });

/** These files belong to root, so whoever lacks the right gets EACCES on opening: EPERM comes from the driver itself. */
const driverRefuses = (about: string, path: string, cause: unknown): VoltanaError =>
  new VoltanaError('NOT_PERMITTED', `${about}: the driver permits no access to ${path} (EPERM)`, {
    hint: 'As root (sudo voltana agent) this means that the device sleeps, is being reset, or belongs to the host of this virtual machine: wake it, wait, or ask there.',
    cause,
  });

const BY_CODE: Readonly<Record<string, (about: string, path: string, cause: unknown) => VoltanaError>> = {
  EACCES: notPermitted,
  EPERM: driverRefuses,
  EROFS: readOnly,
};

/**
 * What went wrong at one of a device's files, in our words.
 * @param about names the device and what was tried
 */
export const deviceError = (error: unknown, about: string, path: string): VoltanaError => {
  if (error instanceof VoltanaError) return error;
  const code = systemCode(error);
  const known = BY_CODE[code];
  if (known !== undefined) return known(about, path, error);
  if (GONE.has(code)) return new VoltanaError('DEVICE_LOST', `${about}: ${path} is gone (${code})`, { cause: error });
  const reason = code === '' ? String(error) : code;
  return new VoltanaError('DEVICE_FAILED', `${about}: the driver refuses it at ${path} (${reason})`, { cause: error });
};
