import { explainSchemaErrors } from '../../../config/errors-from-ajv.ts';
import type { TuningOrder } from '../../../domain/tuning-orders.ts';
import { VoltanaError } from '../../../domain/errors.ts';
import { validateTuningOrder } from '../../../schemas/compiled/validators.js';
import schema from '../../../schemas/tuning-order.schema.json' with { type: 'json' };

const WHERE = 'the order to live tuning';

const ITS_OWN: Readonly<Record<string, readonly string[]>> = { start: ['sloTarget', 'pace', 'killFile'], signal: ['value'] };
const USUAL: readonly string[] = ['reason'];

/** Each action takes its own members and no other's. */
function checkMembers(order: Readonly<Record<string, unknown>>): void {
  const action = order['action'] as string;
  const known = ITS_OWN[action] ?? USUAL;
  const strange = Object.keys(order).find((key) => key !== 'action' && !known.includes(key));
  if (strange !== undefined)
    throw new VoltanaError('BAD_VALUE', `${WHERE}: "${action}" takes no ${strange}`, { hint: `It takes ${known.join(', ')}.` });
  if (action === 'signal' && order['value'] === undefined)
    throw new VoltanaError('BAD_VALUE', `${WHERE}: "signal" needs a value`, { hint: 'Give a number, or null while its source is silent.' });
}

/** @throws VoltanaError BAD_VALUE, FILE_MALFORMED or UNKNOWN_KEY that names the place */
export function parseTuningOrder(text: string): TuningOrder {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new VoltanaError('BAD_VALUE', `${WHERE} is no JSON`, { cause, hint: 'Send {"action": "start"} or another action.' });
  }
  if (!validateTuningOrder(value)) throw explainSchemaErrors(validateTuningOrder.errors ?? [], value, WHERE, schema);
  checkMembers(value as Record<string, unknown>);
  return value as TuningOrder;
}
