import { checkModel } from '../monitor/answers.ts';
import type { Questions } from '../monitor/questions.ts';
import { openAiGauges } from './gauges.ts';

const NO_SUCH_PATH = 404;

export const openAiQuestions = (servedModel: string | null): Questions => ({
  async healthy(ask) {
    const { status } = await ask('/health');
    // Not part of the OpenAI API; the list of models is.
    return status === NO_SUCH_PATH ? (await ask('/v1/models')).status === 200 : status === 200;
  },
  async check(ask, instance) {
    await checkModel(ask, instance, servedModel);
    return instance;
  },
  gauges: openAiGauges,
});
