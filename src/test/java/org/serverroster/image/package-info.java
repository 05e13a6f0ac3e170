/** The container image, made and looked into without a container engine ({@code bin/image}). */
package org.serverroster.image;
