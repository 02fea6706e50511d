"""Serves a trace with vidur and prints what it took, as one line of JSON.

Called by bench:simulator with a Python that has vidur installed: vidur_run.py TRACE.csv REPLICAS BASE_MS MS_PER_TOKEN MS_PER_KV_TOKEN KV_TOKENS

Only its event loop is measured. Its execution times come from profiles that it fetches and trains on when it starts; here they are a
linear formula instead, which is quicker than its own predictor, and its reports are not written: both in its favour.
"""

import json
import logging
import sys
import tempfile
import time

logging.disable(logging.CRITICAL)

from vidur._native.entities import ExecutionTime  # noqa: E402
from vidur.config import config as c  # noqa: E402
from vidur.execution_time_predictor import BaseExecutionTimePredictor, ExecutionTimePredictorRegistry  # noqa: E402
from vidur.request_generator.base_request_generator import BaseRequestGenerator  # noqa: E402
from vidur.request_generator import RequestGeneratorRegistry  # noqa: E402
from vidur.entities import Request  # noqa: E402
from vidur.simulator import Simulator  # noqa: E402

TRACE, REPLICAS, BASE_MS, MS_PER_TOKEN, MS_PER_KV_TOKEN, KV_TOKENS = sys.argv[1], *map(float, sys.argv[2:7])
BLOCK_TOKENS = 16


class Linear(BaseExecutionTimePredictor):
    """Times that cost next to nothing to tell; none of the abstract parts is asked for."""

    def get_execution_time(self, batch, pipeline_stage):
        total_ms = BASE_MS + MS_PER_TOKEN * sum(batch.num_q_tokens) + MS_PER_KV_TOKEN * sum(batch.num_kv_tokens)
        return ExecutionTime(1, 0, 0, 0, 0, 0, 0, total_ms, 0, 0, 0, 0, 0, 0, 0)


Linear.__abstractmethods__ = frozenset()


class Replay(BaseRequestGenerator):
    """Rows of arrival in s, prompt tokens, output tokens."""

    def __init__(self, config):
        self._config = config

    def generate_requests(self):
        with open(TRACE) as rows:
            fields = [row.split(",") for row in rows]
        return [Request(arrived_at=float(at), num_prefill_tokens=int(p), num_decode_tokens=int(o)) for at, p, o in fields]

    def generate(self):
        return self.generate_requests()


def config(folder):
    return c.SimulationConfig(
        cluster_config=c.ClusterConfig(
            num_replicas=int(REPLICAS),
            replica_config=c.ReplicaConfig(model_name="meta-llama/Llama-3-8B", device="a100", network_device="a100_dgx"),
            cache_config=c.CacheConfig(block_size=BLOCK_TOKENS, num_blocks=int(KV_TOKENS) // BLOCK_TOKENS),
            global_scheduler_config=c.LORGlobalSchedulerConfig(),
            replica_scheduler_config=c.SarathiSchedulerConfig(chunk_size=2048, batch_size_cap=512),
        ),
        metrics_config=c.MetricsConfig(write_metrics=False, store_plots=False, output_dir=folder),
    )


def main():
    ExecutionTimePredictorRegistry.get = classmethod(lambda cls, kind, **configs: Linear(**configs))
    RequestGeneratorRegistry.get = classmethod(lambda cls, kind, config, *rest: Replay(config))
    Simulator._write_output = lambda self: None
    with tempfile.TemporaryDirectory() as folder:
        simulator = Simulator(config(folder))
        started, cpu = time.perf_counter(), time.process_time()
        simulator.run()
        wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    print(json.dumps({"wallS": wall, "cpuS": cpu, "simulatedS": simulator._time}))


main()
