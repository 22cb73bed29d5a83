import sharp from 'sharp';

// Every picture is decoded from its bytes, once: what libvips remembers would only hold memory, and it must never answer with
// an older picture of the same name.
sharp.cache(false);

export { sharp };
