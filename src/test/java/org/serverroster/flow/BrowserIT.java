package org.serverroster.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.serverroster.flow.House.mailboxes;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.restassured.RestAssured;
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
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.remote.http.ClientConfig;

/**
 * The approval pages in a real browser (the system's Chromium) of a phone's size, with JavaScript
 * switched off, read the way a screen reader does: by roles and accessible names.
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
    options.setPageLoadTimeout(Duration.ofSeconds(20));
    options.setScriptTimeout(Duration.ofSeconds(20));
    browser =
        new ChromeDriver(
            new ChromeDriverService.Builder()
                .usingDriverExecutable(Path.of("/usr/bin/chromedriver").toFile())
                .usingAnyFreePort()
                .build(),
            options,
            ClientConfig.defaultConfig().readTimeout(Duration.ofSeconds(30)));
    browser.executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", true));
  }

  @AfterEach
  void closeBrowser() throws Exception {
    browser.quit();
    try (var files = Files.walk(profile)) {
      files.sorted(java.util.Comparator.reverseOrder()).map(Path::toFile).forEach(f -> f.delete());
    }
  }

  @Test
  void anAdministratorApprovesOnAPhoneWithoutJavaScript() {
    String peer = "browser.lit";
    asks(peer);
    open(mailboxes().await(NURSE, peer).link("approve"));

    assertEquals("Approve " + peer + "? - Server Roster", browser.getTitle());
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
    browser.findElement(By.tagName("button")).click();

    assertEquals("You denied " + peer, browser.findElement(By.tagName("h1")).getText());
    assertState(peer, "none");
    browser.navigate().back();
    browser.navigate().refresh();
    assertTrue(
        browser.findElement(By.tagName("body")).getText().contains("denied by " + JULIET),
        browser.findElement(By.tagName("body")).getText());
  }

  @Test
  void aVeryLongNameFitsThePhone() {
    String peer = String.join(".", "m".repeat(63), "o".repeat(63), "n".repeat(63), "lit");
    asks(peer);
    open(mailboxes().await(NURSE, peer).link("deny"));
    assertFitsThePhone();
  }

  private void open(String link) {
    browser.get("http://localhost:" + RestAssured.port + link);
  }

  private void assertFitsThePhone() {
    int widest =
        browser.findElements(By.cssSelector("body *")).stream()
            .mapToInt(element -> element.getRect().getX() + element.getRect().getWidth())
            .max()
            .orElseThrow();
    assertTrue(widest <= PHONE_WIDTH, "reaches " + widest + " px of " + PHONE_WIDTH);
  }
}
