#!/bin/bash
# Spreads one run over the tasks of a Slurm array:
#
#   sbatch --export=ALL,RUN=runs/part-a,PICTURES=pictures/,OUT=out slurm-array.sh
#   imgano merge out/part-*.jsonl --out all.jsonl        (when all tasks have ended)
#
# A task that is requeued (a node failed, the time was up, a more urgent job came) goes on where it stopped. To run one task
# again later, submit with --array=5 and give `--shard auto/8`, because that array knows of one task only.
#SBATCH --job-name=imgano
#SBATCH --array=0-7
#SBATCH --requeue
#SBATCH --cpus-per-task=1
set -euo pipefail

mkdir -p "$OUT"
exec imgano infer --infer-config "$RUN" --input "$PICTURES" --defects \
  --shard auto --resume --continue-on-error --quiet \
  --save-jsonl "$OUT/part-$SLURM_ARRAY_TASK_ID.jsonl" --save-masks "$OUT/masks"
