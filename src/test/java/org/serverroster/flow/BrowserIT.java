package org.serverroster.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.mailboxes;
import static org.serverroster.flow.House.patiently;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.remote.http.ClientConfig;

/**
 * The approval pages in a real browser (the system's Chromium) of a phone's size, read the way a
 * screen reader does: by roles and accessible names. The driver itself needs JavaScript, so that
 * the pages need none is held by their having none, and by {@link Browser}, which knows none.
 */
@QuarkusIntegrationTest
@Tag("browser")
class BrowserIT extends Story {

  private static final int PHONE_WIDTH = 360;

  private ChromeDriver browser;
  private Path profile;

  @BeforeEach
  void openBrowser() throws Exception {
    profile = Files.createTempDirectory("server-roster-browser");
    ChromeOptions options = new ChromeOptions();
    options.setBinary("/usr/bin/chromium");
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--user-data-dir=" + profile);
    options.setExperimentalOption(
        "mobileEmulation",
        Map.of(
            "deviceMetrics",
            Map.of("width", PHONE_WIDTH, "height", 740, "pixelRatio", 2.0, "touch", true)));
    options.setPageLoadTimeout(Duration.ofSeconds(60));
    options.setScriptTimeout(Duration.ofSeconds(60));
    browser =
        new ChromeDriver(
            new ChromeDriverService.Builder()
                .usingDriverExecutable(Path.of("/usr/bin/chromedriver").toFile())
                .usingAnyFreePort()
                .build(),
            options,
            ClientConfig.defaultConfig().readTimeout(Duration.ofSeconds(90)));
  }

  @AfterEach
  void closeBrowser() throws Exception {
    browser.quit();
    try (var files = Files.walk(profile)) {
      files.sorted(java.util.Comparator.reverseOrder()).map(Path::toFile).forEach(f -> f.delete());
    }
  }

  @Test
  void anAdministratorApprovesOnAPhone() {
    String peer = "browser.lit";
    asks(peer);
    open(mailboxes().await(NURSE, peer).link("approve"));

    assertEquals("Approve " + peer + "? - Server Roster", browser.getTitle());
    assertEquals(List.of(), browser.findElements(By.tagName("script")));
    assertEquals("en", browser.findElement(By.tagName("html")).getDomAttribute("lang"));
    assertEquals(1, browser.findElements(By.tagName("main")).size());
    assertEquals(1, browser.findElements(By.tagName("h1")).size());
    WebElement button = browser.findElement(By.tagName("button"));
    assertEquals("button", button.getAriaRole());
    assertEquals("Approve " + peer, button.getAccessibleName());
    assertTrue(button.getRect().getHeight() >= 44, "large enough for a thumb");
    assertFitsThePhone();
    assertFalse(
        browser.findElement(By.tagName("body")).getCssValue("font-family").contains("Times"),
        "the style sheet is let through by our own policy");

    button.click();
    patiently().until(() -> browser.getTitle().startsWith("You approved"));

    assertEquals("You approved " + peer, browser.findElement(By.tagName("h1")).getText());
    assertEquals("status", browser.findElement(By.cssSelector("main p")).getAriaRole());
    assertFitsThePhone();
    assertEquals(List.of("subscribed", "", "subscribe"), awaitTypesTo(peer, 3));
  }

  @Test
  void thinkingAgainIsALinkAway() {
    String peer = "second-thought.lit";
    asks(peer);
    open(mailboxes().await(JULIET, peer).link("approve"));

    browser.findElement(By.linkText("Deny instead")).click();
    patiently().until(() -> browser.getTitle().startsWith("Deny " + peer));
    browser.findElement(By.tagName("button")).click();
    patiently().until(() -> browser.getTitle().startsWith("You denied " + peer));

    assertState(peer, "none");
    browser.navigate().back();
    browser.navigate().refresh();
    patiently().until(() -> browser.getTitle().startsWith("Already denied"));
    assertTrue(browser.getPageSource().contains("denied by " + JULIET), browser.getPageSource());
  }

  @Test
  void aVeryLongNameFitsThePhone() {
    String peer = String.join(".", "m".repeat(63), "o".repeat(63), "n".repeat(63), "lit");
    asks(peer);
    open(mailboxes().await(NURSE, peer).link("deny"));
    assertFitsThePhone();
  }

  /** What a person would see, kept beside the reports. */
  private void screenshot() {
    try {
      Path folder = Files.createDirectories(Path.of("target", "screenshots"));
      String name = browser.getTitle().replaceAll("[^A-Za-z0-9.]+", "-");
      Files.write(
          folder.resolve(name.substring(0, Math.min(60, name.length())) + ".png"),
          browser.getScreenshotAs(OutputType.BYTES));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void open(String link) {
    browser.get("http://localhost:" + RestAssured.port + link);
  }

  private void assertFitsThePhone() {
    screenshot();
    int widest =
        browser.findElements(By.cssSelector("body *")).stream()
            .mapToInt(element -> element.getRect().getX() + element.getRect().getWidth())
            .max()
            .orElseThrow();
    assertTrue(widest <= PHONE_WIDTH, "reaches " + widest + " px of " + PHONE_WIDTH);
  }
}
