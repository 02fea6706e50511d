import { ownBinary } from './own-binary.js';

/** Its wheel on PyPI asks for a build of PyTorch that PyPI does not have, so only who has installed it otherwise can test with it. */
export const vllmCpu = ownBinary('vllm', 'VOLTANA_VLLM');
