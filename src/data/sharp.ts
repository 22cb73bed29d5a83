import sharp from 'sharp';

// libvips remembers what it has opened. A camera that rewrites one file would be answered with the old picture.
sharp.cache(false);

export { sharp };
