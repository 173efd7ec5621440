// @ts-check
// Makes a large photo small enough to wait in a queue and cross a poor connection.
// Leaves small files, and what the browser cannot decode, as they are.

/** Bytes above which a photo is drawn smaller. */
const LARGE = 700_000;

/** The longer side of the smaller one, in pixels. */
const SIDE = 1600;

/** @param {File} file @returns {Promise<File>} */
export async function shrink(file) {
  if (file.size <= LARGE || !/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
  try {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    image.close();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.82));
    return blob instanceof Blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
  } catch {
    return file;
  }
}
