package org.serverroster.xmpp;

import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jivesoftware.smack.packet.Stanza;
import org.jivesoftware.smack.util.PacketParserUtils;
import org.xmlpull.mxp1.MXParser;
import org.xmlpull.v1.XmlPullParser;
import org.xmlpull.v1.XmlPullParserException;

/**
 * The pull parser of one stream. Smack's providers read stanzas from it, and it trusts neither them
 * nor the sender:
 *
 * <ul>
 *   <li>no DTD, processing instruction or comment (RFC 6120, 11.1), no entity but the five of XML;
 *   <li>a stanza that is nested too deep, or has too many attributes or namespaces, is not given to
 *       Smack, whose providers recurse; it is read to its end in a loop;
 *   <li>a provider cannot read past the end of its stanza, nor swallow an error and go on;
 *   <li>after a stanza that Smack cannot read, reading goes on behind the end of that stanza.
 * </ul>
 */
final class GuardedParser extends MXParser {

  /** Depth of a stanza: the stream element is 1. */
  private static final int STANZA_DEPTH = 2;

  /** The parser compares each attribute with each other, so their number is limited. */
  private static final int MOST_ATTRIBUTES = 256;

  /** In scope at one time; each prefix is looked up in all of them. */
  private static final int MOST_NAMESPACES = 256;

  private final MeteredInput input;
  private final int maxDepth;
  private Exception broken;
  private XmlPullParserException tooComplex;
  private boolean walking = true;
  private boolean atStanzaEnd;

  GuardedParser(MeteredInput input, int maxDepth) throws XmlPullParserException {
    this.input = input;
    this.maxDepth = maxDepth;
    setFeature(XmlPullParser.FEATURE_PROCESS_NAMESPACES, true);
    setFeature(PacketParserUtils.FEATURE_XML_ROUNDTRIP, true);
    setInput(
        new InputStreamReader(
            input,
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)));
  }

  /** Goes to the start of the stream element, of which it then is at the start tag. */
  void toStreamHeader() throws XmlPullParserException, IOException {
    while (next() != START_TAG) {
      // a declaration or white space
    }
  }

  /**
   * Goes to the start tag of the next child of the stream element.
   *
   * @return false if the stream element ended instead
   */
  boolean toNextChild() throws XmlPullParserException, IOException {
    atStanzaEnd = false;
    tooComplex = null;
    walking = true;
    input.startStanza();
    int event = next();
    while (event != START_TAG) {
      if (event == END_TAG || event == END_DOCUMENT) {
        return false;
      }
      event = next();
    }
    return true;
  }

  /**
   * Reads the stanza at whose start tag the parser is, and leaves it at its end tag in any case.
   *
   * @throws UnreadableStanzaException if it cannot be read; the stream can
   */
  Stanza readStanza() throws UnreadableStanzaException, XmlPullParserException, IOException {
    Throwable problem;
    try {
      walking = false;
      if (tooComplex == null) {
        Stanza stanza = Xml.read(this);
        if (tooComplex == null && broken == null) {
          skipChild();
          return stanza;
        }
      }
      problem = tooComplex;
    } catch (Exception | AssertionError e) {
      problem = e; // whatever a provider threw over what a stranger wrote
    }
    rethrowBroken();
    skipChild();
    throw new UnreadableStanzaException(
        tooComplex != null, tooComplex != null ? tooComplex : problem);
  }

  /** Reads to the end tag of the current child of the stream element, in a loop. */
  void skipChild() throws XmlPullParserException, IOException {
    walking = true;
    while (!atStanzaEnd) {
      next();
    }
  }

  @Override
  protected int nextImpl() throws XmlPullParserException, IOException {
    rethrowBroken();
    if (!walking && tooComplex != null) {
      throw tooComplex;
    }
    if (atStanzaEnd) {
      throw new XmlPullParserException("read past the end of the stanza");
    }
    int event;
    try {
      event = super.nextImpl();
    } catch (XmlPullParserException | IOException e) {
      broken = e;
      throw e;
    } catch (RuntimeException e) {
      // The parser itself stumbles over some ends of a stream, one in the middle of a tag for
      // instance.
      broken = new XmlPullParserException("the parser gave up", this, e);
      throw (XmlPullParserException) broken;
    }
    if (event == START_TAG && depth > maxDepth) {
      tooComplex("nested deeper than " + maxDepth);
    } else if (event == END_TAG && depth == STANZA_DEPTH) {
      atStanzaEnd = true;
    }
    if (!walking && tooComplex != null) {
      throw tooComplex;
    }
    return event;
  }

  @Override
  protected char parseAttribute() throws XmlPullParserException, IOException {
    char next = super.parseAttribute();
    if (attributeCount > MOST_ATTRIBUTES) {
      attributeCount--;
      tooComplex("more than " + MOST_ATTRIBUTES + " attributes");
    }
    if (namespaceEnd > MOST_NAMESPACES) {
      namespaceEnd--;
      tooComplex("more than " + MOST_NAMESPACES + " namespaces");
    }
    return next;
  }

  @Override
  public String getNamespace(String prefix) {
    String namespace = super.getNamespace(prefix);
    boolean forgotten = namespace == null && prefix != null && tooComplex != null;
    return forgotten ? "urn:forgotten:" + prefix : namespace;
  }

  @Override
  protected void parseDocdecl() throws IOException {
    throw new StreamViolationException("restricted-xml", "a document type declaration");
  }

  @Override
  protected void parseComment() throws IOException {
    throw new StreamViolationException("restricted-xml", "a comment");
  }

  @Override
  protected boolean parsePI() throws XmlPullParserException, IOException {
    if (super.parsePI()) {
      throw new StreamViolationException("restricted-xml", "a processing instruction");
    }
    return false;
  }

  private void tooComplex(String reason) {
    if (tooComplex == null) {
      tooComplex = new XmlPullParserException(reason);
    }
  }

  private void rethrowBroken() throws XmlPullParserException, IOException {
    if (broken instanceof IOException io) {
      throw io;
    } else if (broken instanceof XmlPullParserException xml) {
      throw xml;
    }
  }
}
