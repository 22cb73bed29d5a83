import { expect } from 'chai';
import { ConfigError } from '../../src/errors.js';
import { findModel, MODELS } from '../../src/models/registry.js';

describe('model registry', () => {
  it('names every model once', () => {
    const names = MODELS.map((model) => model.name);
    expect(new Set(names).size).to.equal(names.length);
    for (const name of names) expect(findModel(name).name).to.equal(name);
  });

  it('suggests the closest name', () => {
    expect(() => findModel('vision_patchcor')).to.throw(ConfigError, 'did you mean "vision_patchcore"?');
  });
});
