import { isFields, refuse, type Fields } from '../../generation/asked.ts';

/** What a request says of its KV: nothing, that a peer will fetch it, or that a peer has it. */
export type Transfer =
  { readonly kind: 'none' } | { readonly kind: 'keep'; readonly params: Fields } | { readonly kind: 'take'; readonly params: Fields };

/** @throws HttpError 400 */
export const transferOf = (params: unknown): Transfer => {
  if (params === undefined || params === null) return { kind: 'none' };
  if (!isFields(params)) return refuse('"kv_transfer_params" must be an object');
  const [keep, take] = [params['do_remote_decode'] === true, params['do_remote_prefill'] === true];
  if (keep && take) return refuse('"kv_transfer_params": do_remote_decode and do_remote_prefill cannot both be true');
  if (keep) return { kind: 'keep', params };
  return take ? { kind: 'take', params } : { kind: 'none' };
};

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** @throws HttpError with what a connector says of KV that it cannot load: `kv_load_failure_policy` is "fail" */
const unloadable = (key: string): never => refuse(`the KV cannot be loaded: "kv_transfer_params" has no valid "${key}"`, 500);

export const textIn = (params: Fields, key: string): string => {
  const value = params[key];
  return isText(value) ? value : unloadable(key);
};

export const portIn = (params: Fields, key: string): number => {
  const value = params[key];
  return Number.isInteger(value) && (value as number) > 0 && (value as number) < 65_536 ? (value as number) : unloadable(key);
};

/** The id of a transfer that the router gave to both legs; null where it left it out. @throws HttpError 400 for one that is no text */
export const transferIdOf = ({ transfer_id: id }: Fields): string | null => {
  if (id === undefined || id === null) return null;
  return isText(id) ? id : refuse('"transfer_id" must be a text that is not empty');
};
