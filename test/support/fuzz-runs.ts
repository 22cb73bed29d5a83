/** Cases of a fuzz test; `IMGANO_FUZZ_RUNS` makes it quicker, or longer. */
export const fuzzRuns = Number(process.env.IMGANO_FUZZ_RUNS ?? 5000);
