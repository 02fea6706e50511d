import { checkMeaning } from '../../config/cluster-file.ts';
import { explainSchemaErrors } from '../../config/errors-from-ajv.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { GatewaySpec } from '../../ports/gateway-launcher.ts';
import { validateGatewaySpec } from '../../schemas/compiled/validators.js';
import schema from '../../schemas/gateway-spec.schema.json' with { type: 'json' };

const WHERE = "the gateway's spec";
const malformed = (problem: string): VoltanaError => new VoltanaError('BAD_VALUE', `${WHERE}: ${problem}`);

function checkInstances({ instances }: GatewaySpec): void {
  const seen = new Set<string>();
  for (const { id, endpoints } of instances) {
    if (seen.has(id)) throw malformed(`two instances are called "${id}"`);
    seen.add(id);
    for (const url of [endpoints.url, endpoints.controlUrl])
      if (url !== undefined && !URL.canParse(url))
        throw malformed(`instance "${id}" has ${JSON.stringify(url.slice(0, 80))}, which is no URL`);
  }
}

/** The predictor looks levels up by their order. */
function checkLevels({ fitted }: GatewaySpec): void {
  for (const { instance, levels } of fitted?.instances ?? []) {
    if (levels.some(({ clockMhz }, i) => i > 0 && clockMhz <= levels[i - 1]!.clockMhz))
      throw malformed(`the fitted clock levels of "${instance}" do not ascend`);
  }
}

/** A gateway may be started by hand too. @throws VoltanaError BAD_VALUE, FILE_MALFORMED or UNKNOWN_KEY that names the place */
export function parseGatewaySpec(value: unknown): GatewaySpec {
  if (!validateGatewaySpec(value)) throw explainSchemaErrors(validateGatewaySpec.errors ?? [], value, WHERE, schema);
  const spec = value as GatewaySpec;
  checkMeaning(spec.cluster, WHERE);
  checkInstances(spec);
  checkLevels(spec);
  return spec;
}
