/** How often a property is tried; `IMGANO_PROPERTY_RUNS` asks for more. */
export const propertyRuns = Number(process.env.IMGANO_PROPERTY_RUNS ?? 300);
