/** How often a property is tried; `IMGANO_PROPERTY_RUNS` asks for more or fewer. */
export const propertyRuns = Number(process.env.IMGANO_PROPERTY_RUNS ?? 2000);
