import Agent from './agent.ts';
import Bench from './bench.ts';
import ClocksRestore from './clocks/restore.ts';
import ClocksStatus from './clocks/status.ts';
import Compare from './compare.ts';
import Completion from './completion.ts';
import ConfigInit from './config/init.ts';
import ConfigShow from './config/show.ts';
import ConfigValidate from './config/validate.ts';
import Demo from './demo.ts';
import Doctor from './doctor.ts';
import Emulate from './emulate.ts';
import Estimate from './estimate.ts';
import { withExamples } from './examples.ts';
import Fit from './fit.ts';
import Profile from './profile.ts';
import ProfilesList from './profiles/list.ts';
import ProfilesShow from './profiles/show.ts';
import Report from './report.ts';
import RunsList from './runs/list.ts';
import RunsPrune from './runs/prune.ts';
import RunsShow from './runs/show.ts';
import Serve from './serve.ts';
import Simulate from './simulate.ts';
import TraceImport from './trace/import.ts';
import TraceStats from './trace/stats.ts';
import Tune from './tune.ts';
import Watch from './watch.ts';

/** Every command, by name; `config:init` is written `voltana config init`. Their heavy parts are imported when they run. */
export const commands = withExamples({
  agent: Agent,
  bench: Bench,
  'clocks:restore': ClocksRestore,
  'clocks:status': ClocksStatus,
  compare: Compare,
  completion: Completion,
  demo: Demo,
  doctor: Doctor,
  emulate: Emulate,
  estimate: Estimate,
  fit: Fit,
  'config:init': ConfigInit,
  'config:show': ConfigShow,
  'config:validate': ConfigValidate,
  profile: Profile,
  'profiles:list': ProfilesList,
  'profiles:show': ProfilesShow,
  report: Report,
  'runs:list': RunsList,
  'runs:prune': RunsPrune,
  'runs:show': RunsShow,
  serve: Serve,
  simulate: Simulate,
  'trace:import': TraceImport,
  'trace:stats': TraceStats,
  tune: Tune,
  watch: Watch,
});
