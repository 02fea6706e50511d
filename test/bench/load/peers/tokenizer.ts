import { join } from 'node:path';
import { timed } from './timed.ts';

const SCRIPT = `
import sys
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast
tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=["</s>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
tokenizer.train_from_iterator(["the of and to in is was he for it with as his on be at by had not"] * 10, trainer)
PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="</s>", pad_token="</s>").save_pretrained(sys.argv[1])
`;

/** A tokenizer for clients that want one and count nothing with it: the endpoint says how many tokens there were. @returns its folder */
export const makeTokenizer = async (venv: string, folder: string): Promise<string> => {
  const tokenizer = join(folder, 'tokenizer');
  await timed([join(venv, 'bin', 'python'), '-c', SCRIPT, tokenizer]);
  return tokenizer;
};
