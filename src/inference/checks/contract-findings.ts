import { REJECT_LABEL } from '../../config/prediction.js';
import { error, type Finding } from '../../config/finding.js';
import type { InferConfig } from '../../config/infer-config.js';

/**
 * Whether the sections that repeat others agree with them: an operator must not read another number than the one that runs. An old config
 * was never held to that, so that its findings are warnings.
 */
export function contractFindings(config: InferConfig): Finding[] {
  const findings = disagreements(config);
  return config.schema_version === 1 ? findings.map((finding) => ({ ...finding, severity: 'warning' })) : findings;
}

function disagreements(config: InferConfig): Finding[] {
  const { operator_contract: operator, postprocess, artifact_quality: quality, defects, prediction } = config;
  const gate = prediction?.reject_confidence_below ?? null;
  const label = prediction?.reject_label ?? null;
  const encoding = { normal: 0, anomalous: 1, ...(gate === null ? {} : { rejected: label ?? REJECT_LABEL }) };
  const policy = { confidence_gate_enabled: gate !== null, reject_confidence_below: gate, reject_label: label };
  const findings: Finding[] = [];
  if (operator) {
    const { review_policy, runtime_policy, output_contract } = operator;
    findings.push(
      ...differences('operator_contract.review_policy', review_policy, policy),
      ...differences('operator_contract.runtime_policy', runtime_policy, {
        defects_enabled: defects.enabled,
        mask_format: defects.mask_format,
        max_regions: defects.max_regions,
        max_regions_sort_by: defects.max_regions_sort_by,
      }),
      ...differences('operator_contract.output_contract.label_encoding', output_contract.label_encoding, encoding),
    );
  }
  if (postprocess) {
    findings.push(
      ...differences('postprocess.image_threshold', postprocess.image_threshold, { threshold: config.threshold }),
      ...differences('postprocess.pixel_threshold', postprocess.pixel_threshold, {
        enabled: defects.enabled,
        strategy: defects.pixel_threshold_strategy,
        threshold: defects.pixel_threshold,
        normal_quantile: defects.pixel_normal_quantile,
      }),
      ...differences('postprocess.review_policy', postprocess.review_policy, policy),
      ...differences('postprocess.label_encoding', postprocess.label_encoding, encoding),
    );
  }
  return quality ? [...findings, ...claimFindings(config)] : findings;
}

/** What an export claims to hold has to be there. */
function claimFindings({ artifact_quality: quality, ...config }: InferConfig): Finding[] {
  const claims = {
    has_threshold_provenance: config.threshold_provenance !== null,
    has_split_fingerprint: (config.split_fingerprint ?? null) !== null,
    has_prediction_policy: config.prediction !== null,
    has_operator_contract:
      (config.operator_contract ?? null) !== null && quality?.audit_refs?.operator_contract !== undefined,
    has_postprocess_contract: (config.postprocess ?? null) !== null,
    has_bundle_manifest: quality?.deploy_refs?.bundle_manifest !== undefined,
  };
  return Object.entries(claims).flatMap(([key, there]) =>
    quality?.[key as keyof typeof claims] === true && !there
      ? [
          error(
            'CONTRACT_DIFFERS',
            `artifact_quality.${key}`,
            'is true, but the document has no such thing',
            'set it to false',
          ),
        ]
      : [],
  );
}

function differences(path: string, said: object | null | undefined, is: Readonly<Record<string, unknown>>): Finding[] {
  return Object.entries(said ?? {}).flatMap(([key, value]) => {
    if (!(key in is) || value === is[key]) return [];
    const message = `says ${JSON.stringify(value)}, but the config runs with ${JSON.stringify(is[key])}`;
    return [error('CONTRACT_DIFFERS', `${path}.${key}`, message, 'make them agree, or remove the section')];
  });
}
